/** Colours of charts and pages. Series colours stay apart for the common kinds of colour blindness, in both modes. */
export interface Palette {
  readonly ink: string
  readonly soft: string
  readonly line: string
  readonly grid: string
  readonly surface: string
  readonly page: string
  readonly warning: string
  readonly warningPage: string
  readonly pass: string
  readonly fail: string
  readonly series: readonly string[]
}

export const light: Palette = {
  ink: '#17212b',
  soft: '#556575',
  line: '#b9c5d0',
  grid: '#e4eaef',
  surface: '#ffffff',
  page: '#f5f7f9',
  warning: '#9a5b00',
  warningPage: '#fff6e5',
  pass: '#1a7f4b',
  fail: '#b3261e',
  series: ['#2368a8', '#d4600a', '#0f8a74', '#97499b', '#857400', '#5f6b76'],
}

/** In the same order as `light`: a page swaps one for the other. */
export const dark: Palette = {
  ink: '#e9eff5',
  soft: '#a3b3c2',
  line: '#4a5a69',
  grid: '#293541',
  surface: '#18212a',
  page: '#0f161d',
  warning: '#f5b95a',
  warningPage: '#2c2413',
  pass: '#4fc58b',
  fail: '#ff7b72',
  series: ['#6cb0ee', '#f79a52', '#48c6a8', '#d596d8', '#d3bf44', '#9aa8b5'],
}
