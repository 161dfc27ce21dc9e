export { type FakeGitLab, type FakeGitLabOptions, type FakeNote, fakeGitLab } from './fake-gitlab.ts'
