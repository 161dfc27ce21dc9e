export type { AliasChange } from './alias-history.ts'
export { type ModelDraft, type ModelVersion, type Registry, registry } from './registry.ts'
