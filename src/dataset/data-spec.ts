import type { Shortcut } from '../imaging/index.ts'

/** Films drawn by the phantom generator: no patient, no licence, no download. */
export interface PhantomSpec {
  readonly kind: 'phantoms'
  /** Default 200. */
  readonly patients?: number
  /** Pixels along each side. Default 256. */
  readonly size?: number
  /** Default 1. */
  readonly seed?: number
  /** Share of films with pneumonia. Default 0.5. */
  readonly prevalence?: number
  /** A cheap cue that gives the target away, to see an audit find it. Default 'none'. */
  readonly shortcut?: Shortcut
}

/** The NIH ChestX-ray14 set, whole or in part, or anything with a table of that form. */
export interface NihSpec {
  readonly kind: 'nih'
  /** A folder that holds the images anywhere below it, a zip archive, or the URL of one. */
  readonly images: string
  /** `Data_Entry_2017….csv` or `.csv.gz`. Default: looked for among the images, then in the folder above. */
  readonly table?: string
  /** What the archive must hash to. */
  readonly sha256?: string
}

/** One folder for each class: `NORMAL/…`, `PNEUMONIA/…`, also below `train/`, `test/` and `val/`. */
export interface FolderSpec {
  readonly kind: 'folders'
  readonly path: string
  /**
   * A regular expression that finds the patient in a film's path below `path`; its first group counts, or else the
   * whole match. Default: the NIH's names and those of the Kermany set.
   */
  readonly patient?: string
}

export type DataSpec = PhantomSpec | NihSpec | FolderSpec
