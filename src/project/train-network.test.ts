import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse } from '../core/index.ts'
import { parseConfig } from './config.ts'
import { refuseMixedOnCpu } from './train-network.ts'

test('mixed precision is refused on the processor, with what to type instead, and taken on devices', () => {
  const train = { precision: 'mixed' } as const
  assert.throws(
    () => refuseMixedOnCpu(parseConfig({ train })),
    (error: Error) => {
      assert.ok(error instanceof Misuse)
      assert.match(error.message, /^Cannot train in mixed precision on "cpu": .*, a graphics processor is wanted$/)
      assert.match(error.next ?? '', /precision: 'float32' }, or the same command with --device webgpu/)
      return true
    },
  )
  for (const device of ['webgpu', 'cuda'] as const) refuseMixedOnCpu(parseConfig({ train, device }))
  refuseMixedOnCpu(parseConfig({}))
})
