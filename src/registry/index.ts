export type { AliasChange } from './alias-history.ts'
export { type Bundle, readBundle, type TrustedBundle, writeBundle } from './bundle/bundle.ts'
export type { BundleFile } from './bundle/bundle-files.ts'
export {
  newSigningKey,
  type PublicKey,
  readPublicKey,
  readSigningKey,
  type SigningKey,
} from './bundle/signing-key.ts'
export type { ModelVersion, VersionOrigin } from './model-version.ts'
export { type ModelDraft, type Registry, registry } from './registry.ts'
