/** What long work tells whoever watches it. Rooms below the command line send events and never print. */
export type ProgressEvent =
  | {
      readonly kind: 'progress'
      readonly task: string
      readonly done: number
      readonly total: number
      readonly unit: string
      readonly detail?: string
    }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }

export type Progress = (event: ProgressEvent) => void

export const noProgress: Progress = () => undefined
