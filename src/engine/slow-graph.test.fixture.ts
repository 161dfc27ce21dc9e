import { build, type Graph } from '../graph/index.ts'

/** Multiplies a matrix of 256 × 256 with itself again and again: `rounds` make it as slow as a test wants. */
export function slowGraph(rounds: number): Graph {
  const b = build('slow')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [256, 256] })
  let power = x
  for (let i = 0; i < rounds; i++) power = b.node('MatMul', [power, x])
  b.output(power)
  return b.finish()
}
