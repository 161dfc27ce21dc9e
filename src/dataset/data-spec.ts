import type { Finding, Shortcut } from '../imaging/index.ts'

/** Films drawn by the phantom generator: no patient, no licence, no download. */
export interface PhantomSpec {
  readonly kind: 'phantoms'
  /** Default 200. */
  readonly patients?: number
  /** Pixels along each side. Default 256. */
  readonly size?: number
  /** Default 1. */
  readonly seed?: number
  /** Share of films with pneumonia, or with each of the `findings`. Default 0.5, with `findings` 0.12. */
  readonly prevalence?: number
  /**
   * Findings to be told apart, each drawn plainly: some of the NIH's fourteen, or `all`. Default: pneumonia, among other findings
   * that are drawn to be mistaken for it.
   */
  readonly findings?: readonly Finding[] | 'all'
  /** With `findings`, the share of labels that is left out. Default 0. */
  readonly unlabelled?: number
  /** With `findings`, the share of labels that says "uncertain", whatever the film shows. Default 0. */
  readonly uncertain?: number
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

/** Films and any table with one row a film and one column a finding: 1, 0, −1 (uncertain) or nothing (not labelled). */
export interface TableSpec {
  readonly kind: 'table'
  /** The table, with a header: `.csv` or `.csv.gz` (with `,`, `;` or tabs between the cells), or `.parquet`. */
  readonly csv: string
  /** The folder that holds the films. */
  readonly images: string
  /**
   * The column with each film's file: its path below `images`, which may start with folders that are left out there, or its name
   * alone, wherever below `images` it lies.
   */
  readonly image: string
  /** The column with the patient; or else `patientInPath`. */
  readonly patient?: string
  /** A regular expression that finds the patient in the column `image`; its first group counts, or else the whole match. */
  readonly patientInPath?: string
  /** The columns with the findings, which are called as their columns are. */
  readonly findings: readonly string[]
  /** The column with the view: `PA` and `AP` are understood. */
  readonly view?: string
  /** The column with the sex: `M`, `F`, `Male`, `Female`. */
  readonly sex?: string
  /** The column with the age in years. */
  readonly age?: string
  /** The column with the number of the patient's examination, counted in the order of time. */
  readonly study?: string
  /**
   * How the columns of the findings say it, whatever the case of the letters. Default: `1`, `1.0` and `true` for yes, `0`,
   * `0.0` and `false` for no, `-1` and `-1.0` for uncertain; an empty cell is no label unless one of these names it (`''`).
   */
  readonly values?: {
    readonly yes?: readonly string[]
    readonly no?: readonly string[]
    readonly uncertain?: readonly string[]
  }
  /** By column the values of the rows that are wanted; others are passed over. Default: all. */
  readonly only?: Readonly<Record<string, readonly string[]>>
}

/** The CheXpert set as it is unpacked: its tables with the folders `train` and `valid` beside them. */
export interface ChexpertSpec {
  readonly kind: 'chexpert'
  readonly folder: string
  /** Below `folder`. Default `train.csv`. */
  readonly table?: string
  /** Whether lateral films take part too. Default false. */
  readonly lateral?: boolean
}

/** The two tables that the guide's pipeline wrote, with their parts as they stand: `training_set.csv` and `testing_set.csv`. */
export interface GuideSpec {
  readonly kind: 'guide'
  readonly training: string
  readonly testing: string
  /** The folder that holds the films anywhere below it. */
  readonly images: string
  /**
   * The guide parts films, not patients. What becomes of patients who have films in both sets: nothing is read (`refuse`), their
   * testing films take no part (`leave-out`), or they stay, and flatter every score (`keep`). Default `refuse`.
   */
  readonly patientsInBoth?: 'refuse' | 'leave-out' | 'keep'
}

export type DataSpec = PhantomSpec | NihSpec | FolderSpec | TableSpec | ChexpertSpec | GuideSpec
