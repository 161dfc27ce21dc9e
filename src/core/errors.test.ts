import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes, Interrupted, Misuse, Problem, Refusal, systemCode, throwIfAborted } from './errors.ts'

test('every kind of problem has its name and its exit code', () => {
  const made = [new Problem('x'), new Misuse('x'), new Refusal('x'), new Interrupted()]
  assert.deepEqual(
    made.map(error => [error.name, error.exitCode]),
    [
      ['Problem', 1],
      ['Misuse', 2],
      ['Refusal', 3],
      ['Interrupted', 130],
    ],
  )
  assert.ok(made.every(error => error instanceof Problem && error instanceof Error))
  assert.equal(exitCodes.done, 0)
})

test('a problem carries its cause and the next command', () => {
  const cause = new Error('deep')
  const problem = new Problem('Cannot read "x"', { cause, next: 'chestnut init' })
  assert.equal(problem.cause, cause)
  assert.equal(problem.next, 'chestnut init')
  assert.equal('cause' in new Problem('x'), false)
})

test("throwIfAborted() throws the signal's own problem, else an interruption", () => {
  throwIfAborted(undefined)
  throwIfAborted(new AbortController().signal)
  assert.throws(() => throwIfAborted(AbortSignal.abort()), Interrupted)
  const refusal = new Refusal('too dear')
  assert.throws(() => throwIfAborted(AbortSignal.abort(refusal)), refusal)
})

test('systemCode() gives the code of a system error and nothing else', () => {
  assert.equal(systemCode(thrownBy(() => readFileSync('/there/is/nothing'))), 'ENOENT')
  assert.equal(systemCode(new Error('x')), undefined)
  assert.equal(systemCode({ code: 'ENOENT' }), undefined)
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}
