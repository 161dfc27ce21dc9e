export type { Collection, FilmFile } from './collection.ts'
export { cell as csvCell } from './csv.ts'
export * from './data-diff.ts'
export { type DataLeaks, dataLeaks } from './data-leaks.ts'
export type { ChexpertSpec, DataSpec, FolderSpec, GuideSpec, NihSpec, PhantomSpec, TableSpec } from './data-spec.ts'
export type { Exploration } from './exploration.ts'
export { type ExploreOptions, explore } from './explore.ts'
export { type ExploreFindingsOptions, exploreFindings } from './explore-findings.ts'
export { fetchData } from './fetch.ts'
export type { FetchOptions } from './fetch-options.ts'
export { type FilmRow, type Split, withUncertain } from './film-row.ts'
export { chooseFinding, noFinding, targetsOf } from './findings.ts'
export type { FindingFacts, FindingsExploration } from './findings-exploration.ts'
export { type GuideSplit, readGuideSplit } from './guide-split.ts'
export type { FoundLabel, Label, Uncertain } from './label.ts'
export type { Leak } from './leak.ts'
export { datasetDigest, readManifest } from './manifest.ts'
export { type MetadataScore, metadataLogits, metadataScore } from './metadata-score.ts'
export type { LabelCounts, PartCounts } from './part-counts.ts'
export {
  type BadRow,
  type CachedFilms,
  type PixelCache,
  type PixelCacheOptions,
  type PixelOptions,
  pixelCache,
} from './pixels.ts'
export { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
export { defaultSplit, type SplitSpec } from './split-spec.ts'
