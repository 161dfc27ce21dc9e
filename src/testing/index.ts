/** For authors of further stores and engines: what each of them must promise, as tests, and a clock that waits for them. */
export { engineContract } from '../engine/engine.contract.ts'
export { storeContract } from '../store/store.contract.ts'
export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts'
