import { Problem } from '../../core/index.ts'

/** @param operators those that the device does not take; none: it is the graph's shapes that it leaves to the CPU */
export function refusal(graph: string, operators: readonly string[]): Problem {
  const which =
    operators.length === 0
      ? 'the device leaves a part of its shapes to the CPU'
      : `the device does not take its operators ${operators.join(', ')}`
  return new Problem(`Cannot load graph "${graph}" on webgpu: ${which}, and nothing may run on the CPU unseen`, {
    next: "device: 'cpu', or see docs/devices.md for what a device takes",
  })
}
