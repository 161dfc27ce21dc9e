import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve as listen } from '@hono/node-server'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { packageRoot } from '../core/index.ts'
import { need } from '../testing/needs.ts'
import { greyPng, type Served, served } from './tools.test.fixture.ts'

const browserPath = '/usr/bin/chromium'
const skip =
  need({ path: browserPath, install: 'apt-get install chromium' }) ||
  need({ path: join(packageRoot(), 'dist', 'web', 'main.js'), install: 'npm run build' })

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let app: Served
let server: ReturnType<typeof listen>
let browser: Browser
let folder: string
let address: string

before(async () => {
  if (skip) return
  app = served()
  server = listen({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  folder = await mkdtemp(join(tmpdir(), 'chestnut-page-'))
  await writeFile(join(folder, 'bright.png'), await greyPng(50_000, 300, 240))
  await writeFile(join(folder, 'dark.png'), await greyPng(9_000, 240, 300))
  await writeFile(join(folder, 'text.png'), 'I am a text')
  browser = await chromium.launch({ executablePath: browserPath, args: flags })
})

after(async () => {
  if (skip) return
  await browser.close()
  server.close()
  await rm(folder, { recursive: true })
})

/** Opens the page, uses it, and asserts that it asked no other host and logged no error. */
async function onPage(
  use: (page: Page) => Promise<void>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<void> {
  const context: BrowserContext = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', message => {
      // A refused film is a 4xx, which browsers note as an error by themselves.
      if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text())
    })
    page.on('request', request => {
      const url = request.url()
      if (!url.startsWith(address) && !/^(blob|data):/.test(url)) complaints.push(url)
    })
    await page.goto(address)
    await use(page)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

/** A film in the hand of a person who drags it: built inside the page, whose types this side does not know. */
function dragged(page: Page, png: Uint8Array): ReturnType<Page['evaluateHandle']> {
  return page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob('${Buffer.from(png).toString('base64')}'), letter => letter.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], 'Doe_John.png', { type: 'image/png' }))
    return transfer
  })()`)
}

test('a dropped film shows its prediction, its probability and its heat map', { skip }, async () => {
  await onPage(async page => {
    await page.getByText('lungs@3').waitFor()
    await page.dispatchEvent('#viewer', 'drop', { dataTransfer: await dragged(page, await greyPng(50_000, 300, 240)) })
    await page.locator('#prediction', { hasText: /^Pneumonia$/ }).waitFor()
    assert.equal(await page.locator('#probability').textContent(), '0.76')
    assert.equal(await page.locator('#limit').textContent(), '0.40')
    assert.equal(await page.locator('#by').textContent(), 'lungs@3')
    assert.equal(await page.locator('#overlay').isVisible(), true)
    assert.equal(await page.locator('#about').textContent(), 'Bright places.')
    assert.equal(await page.locator('#bar').getAttribute('aria-label'), 'Probability 0.76, threshold 0.40')
  })
  assert.doesNotMatch(JSON.stringify(app.lines), /Doe/)
})

test('the heat map is switched off, and its strength set, from the keyboard', { skip }, async () => {
  await onPage(async page => {
    await page.setInputFiles('#file', join(folder, 'bright.png'))
    await page.locator('#overlay').waitFor()
    await page.locator('#heat').focus()
    await page.keyboard.press('Space')
    assert.equal(await page.locator('#overlay').isVisible(), false)
    assert.equal(await page.locator('#film').isVisible(), true)
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Home')
    assert.equal(await page.evaluate("document.getElementById('overlay').style.opacity"), '0')
  })
})

test('a film is chosen with the keyboard alone', { skip }, async () => {
  await onPage(async page => {
    page.on('filechooser', chooser => void chooser.setFiles(join(folder, 'dark.png')))
    await page.getByText('lungs@3').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.id'), 'file')
    await page.keyboard.press('Enter')
    await page.locator('#prediction', { hasText: /^No Pneumonia$/ }).waitFor()
    await page.getByText('The probability of 0.14 stays below the threshold of 0.40.').waitFor()
  })
})

test('a file that is no film gives its sentence, and the next film its answer', { skip }, async () => {
  await onPage(async page => {
    await page.setInputFiles('#file', join(folder, 'text.png'))
    const problem = page.getByRole('alert')
    await problem.waitFor()
    assert.match((await problem.textContent()) ?? '', /^Cannot read the film: /)
    await page.setInputFiles('#file', join(folder, 'bright.png'))
    await page.locator('#prediction', { hasText: 'Pneumonia' }).waitFor()
    assert.equal(await problem.isVisible(), false)
  })
})

test('on a phone nothing sticks out, and there is room to drop a film', { skip }, async () => {
  await onPage(
    async page => {
      const over = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.equal(await over(), 0)
      const target = await page.locator('.drop').boundingBox()
      assert.ok(target && target.height > 250 && target.width > 250, JSON.stringify(target))
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.locator('#overlay').waitFor()
      assert.equal(await over(), 0)
    },
    { viewport: { width: 360, height: 740 } },
  )
})
