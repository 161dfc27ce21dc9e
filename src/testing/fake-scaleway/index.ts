export type { PresentServer } from './add-server.ts'
export type { Billable } from './billable.ts'
export type { BootHook, BootingServer, Running } from './boot.ts'
export type { Bill, BillLine } from './charges.ts'
export { type FakeAccess, type FakeScaleway, type FakeScalewayOptions, fakeScaleway } from './fake-scaleway.ts'
export {
  type Fault,
  type FaultPoint,
  type FaultRule,
  type Faults,
  type SeededFaults,
  scriptedFaults,
  seededFaults,
} from './faults.ts'
export type { JobHook, StartingJob } from './jobs.ts'
export { realTimings, type Timings } from './lifecycle.ts'
