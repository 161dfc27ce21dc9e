/**
 * A program that exits while a thread of its runs inside ONNX Runtime aborts with code 134 instead of its own exit code:
 * Node ends the thread, and the native code finds itself without a JavaScript engine. So a program that exits waits
 * for the run that has begun. Each thread host has a flag in shared memory for that, 1 while it works.
 */

/** A run longer than this is not waited for. */
const longest = 60_000
const working = 1
const idle = 0

const guarded = new Set<Int32Array>()

export function newFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

export function markWorking(flag: Int32Array): void {
  Atomics.store(flag, 0, working)
}

export function markIdle(flag: Int32Array): void {
  Atomics.store(flag, 0, idle)
  Atomics.notify(flag, 0)
}

/** From now on the program's exit waits for this flag. The function that is returned ends that. */
export function guardExit(flag: Int32Array): () => void {
  if (guarded.size === 0) process.on('exit', waitForAll)
  guarded.add(flag)
  return () => {
    guarded.delete(flag)
    if (guarded.size === 0) process.off('exit', waitForAll)
  }
}

function waitForAll(): void {
  for (const flag of guarded) Atomics.wait(flag, 0, working, longest)
}
