export type { AliasChange } from './alias-history.ts'
export type { ModelVersion } from './model-version.ts'
export { type ModelDraft, type Registry, registry } from './registry.ts'
