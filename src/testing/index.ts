/** For authors of further stores, engines and operators: what each must promise, as tests; a clock that waits for them. */
export { supervisorContract } from '../deploy/supervisor.contract.ts'
export { engineContract } from '../engine/engine.contract.ts'
export { type OpenProvider, type ProviderFaults, providerContract } from '../machines/provider.contract.ts'
export {
  type Crowd,
  type OpenPublisher,
  type PublisherFaults,
  publisherContract,
} from '../report/publisher.contract.ts'
export { storeContract } from '../store/store.contract.ts'
export { allClose, type Tolerance } from './all-close.ts'
export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts'
export * from './fake-github/index.ts'
export * from './fake-gitlab/index.ts'
export * from './fake-scaleway/index.ts'
export { checkGradients, type GradientCheckOptions } from './gradient-check.ts'
export { type BootOptions, bootNamespace, type NamespaceMachine, needNamespaces } from './sshd/boot-namespace.ts'
export { needSshd, type Sshd, startSshd } from './sshd/start-sshd.ts'
