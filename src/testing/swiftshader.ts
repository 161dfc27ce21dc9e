import { existsSync } from 'node:fs'
import { need } from './needs.ts'

/** Debian's Chromium brings a Vulkan driver that computes on the processor: a graphics adapter for machines without one. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * `need` for a graphics adapter in software, which becomes the one that WebGPU finds in this process and in its children. Where
 * `VK_DRIVER_FILES` names a driver already, that one is taken.
 */
export function needSwiftShader(): string | false {
  const chosen = process.env['VK_DRIVER_FILES']
  if (chosen !== undefined && existsSync(chosen)) return false
  const missing = need({ path: driver, install: 'apt-get install chromium libvulkan1' })
  if (missing === false) process.env['VK_DRIVER_FILES'] = driver
  return missing
}

/** The same for what holds of an adapter in software only: it has no float16. */
export function needSoftwareAdapter(): string | false {
  const missing = needSwiftShader()
  if (missing !== false) return missing
  return /swiftshader|lvp/.test(process.env['VK_DRIVER_FILES'] ?? '') ? false : 'needs an adapter without float16'
}
