/** What a change must keep to be good enough: `quality` in the configuration. Every key but the last two is off unless it is given. */
export interface Quality {
  /** What the 95 % interval must not reach below. Of several findings: of their mean. */
  readonly auroc?: AtLeast | undefined
  /** The same at the chosen threshold; of several findings for each that counts. */
  readonly sensitivity?: AtLeast | undefined
  readonly specificity?: AtLeast | undefined
  /** By how much worse than the base it may be at most: the interval of the difference must not reach beyond. */
  readonly drop?: Drop | undefined
  /** The largest expected calibration error. */
  readonly calibration?: AtMost | undefined
  /** Below this no sex, age band or view may surely be with its AUROC. */
  readonly subgroups?: AtLeast | undefined
  /** Euros without VAT for the machines of this change. */
  readonly cost?: AtMost | undefined
  /** Whether no patient and no film may be in two parts. Default true. */
  readonly leaks: boolean
  /** Whether no machine may be left. Default true. */
  readonly machines: boolean
}

export interface AtLeast {
  readonly atLeast: number
}

export interface AtMost {
  readonly atMost: number
}

export interface Drop {
  readonly auroc?: number | undefined
  readonly sensitivity?: number | undefined
  readonly specificity?: number | undefined
  /** Of the Brier score, where less is better. */
  readonly brier?: number | undefined
}
