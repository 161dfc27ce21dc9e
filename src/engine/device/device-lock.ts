/**
 * Threads that use the device take turns: ONNX Runtime has one WebGPU context for all of a process, and two threads in it at
 * once end the process. The lock lives in shared memory; 0 while nobody has it, else the number of the host that does.
 */
export type DeviceLock = Int32Array

const free = 0

/** The lock of this process. */
export const deviceLock: DeviceLock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

let hosts = 0

/** A number for a host that no other one of this process has. */
export function hostNumber(): number {
  return ++hosts
}

/** Waits for the device, blocking the thread: only for threads that do nothing else. */
export function takeDevice(lock: DeviceLock, host: number): void {
  for (;;) {
    const holder = Atomics.compareExchange(lock, 0, free, host)
    if (holder === free || holder === host) return
    Atomics.wait(lock, 0, holder)
  }
}

/** Lets the next one in; nothing happens when this host does not have the device. */
export function leaveDevice(lock: DeviceLock, host: number): void {
  if (Atomics.compareExchange(lock, 0, host, free) === host) Atomics.notify(lock, 0)
}
