import type { Chart } from './chart.ts'

/** One big number with what it is; `note` says in a few words how sure it is or what it stands beside. */
export interface Figure {
  readonly label: string
  readonly value: string
  readonly note?: string
}

/** A condition and whether it holds. */
export interface Check {
  readonly outcome: 'pass' | 'fail' | 'unknown'
  readonly title: string
  readonly text: string
}

export interface Picture {
  readonly png: Uint8Array
  readonly caption: string
}

/**
 * A piece of a report. `markdown` takes paragraphs, `-` lists, `**bold**`, `*italic*`, `` `code` `` and
 * `[text](https://…)`; everything else is shown as it stands.
 */
export type Section =
  | { readonly kind: 'heading'; readonly text: string; readonly level?: 2 | 3 }
  | { readonly kind: 'text'; readonly markdown: string }
  | { readonly kind: 'warning'; readonly markdown: string }
  | { readonly kind: 'figures'; readonly items: readonly Figure[] }
  | { readonly kind: 'checks'; readonly items: readonly Check[] }
  | {
      readonly kind: 'table'
      readonly title?: string
      readonly columns: readonly string[]
      readonly rows: readonly (readonly (string | number)[])[]
    }
  | {
      readonly kind: 'chart'
      readonly title: string
      readonly chart: Chart
      /** Left out of markdown, where letters would say nothing. */
      readonly pictureOnly?: boolean
    }
  | { readonly kind: 'images'; readonly title?: string; readonly items: readonly Picture[] }
  | { readonly kind: 'row'; readonly sections: readonly Section[] }
  /** Shut until a reader opens it. */
  | { readonly kind: 'details'; readonly summary: string; readonly sections: readonly Section[] }

/** What is to be said, as data: rendered as a page, as markdown, or read by a test. */
export interface Report {
  readonly title: string
  readonly subtitle?: string
  readonly sections: readonly Section[]
}
