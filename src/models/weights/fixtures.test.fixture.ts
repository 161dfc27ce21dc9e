import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot, type Tensors } from '../../core/index.ts'

const folder = join(packageRoot(), 'src', 'models', 'weights', 'fixtures')

/** A file that keras-files.py or torch-files.py made. */
export function fixturePath(name: string): string {
  return join(folder, name)
}

export function fixture(name: string): Uint8Array {
  return readFileSync(fixturePath(name))
}

/** What the library that wrote a file reads from it, by tensor. */
export type Wanted = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: readonly (number | string)[] }>
>

export function wantedIn<T>(name: string): Readonly<Record<string, T>> {
  return JSON.parse(readFileSync(fixturePath(name), 'utf8')) as Readonly<Record<string, T>>
}

/** Compares to 1e-6 of each value, which float32 keeps; the names must be the same too. */
export function assertTensors(found: Tensors, wanted: Wanted): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort())
  for (const [name, { shape, values }] of Object.entries(wanted)) {
    const tensor = found[name]!
    assert.deepEqual(tensor.shape, shape, name)
    const numbers = Array.from(tensor.data as ArrayLike<number | bigint>, Number)
    assert.equal(numbers.length, values.length, name)
    numbers.forEach((number, i) => {
      const value = Number(values[i])
      const isClose = number === value || Math.abs(number - value) <= 1e-6 * Math.abs(value)
      assert.ok(isClose, `${name}[${i}] is ${number}, ${value} was wanted`)
    })
  }
}
