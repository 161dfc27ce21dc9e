export type { ForgeFault } from '../fake-forge/forge-faults.ts'
export { type FakeGitHub, type FakeGitHubOptions, fakeGitHub, workflowBot } from './fake-github.ts'
export type { Caller, FakeCheck, FakeComment, Permission } from './world.ts'
