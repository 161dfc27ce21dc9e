/** For authors of further stores, engines and operators: what each must promise, as tests; a clock that waits for them. */
export { engineContract } from '../engine/engine.contract.ts'
export { type OpenProvider, type ProviderFaults, providerContract } from '../machines/provider.contract.ts'
export { storeContract } from '../store/store.contract.ts'
export { allClose, type Tolerance } from './all-close.ts'
export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts'
export * from './fake-scaleway/index.ts'
export { checkGradients, type GradientCheckOptions } from './gradient-check.ts'
