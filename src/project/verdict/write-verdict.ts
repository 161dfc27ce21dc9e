import { type Verdict, verdictCharts, verdictReport } from '../../evaluate/index.ts'
import { chartPng, renderHtml, renderMarkdown } from '../../report/index.ts'

/** What a comment, a note and a check take: GitHub's limit is 65,536 characters. */
const mostMarkdown = 64_000

export interface VerdictFiles {
  readonly 'verdict.json': string
  readonly 'verdict.md': string
  readonly 'verdict.html': string
  /** Left out where there is nothing to draw. */
  readonly 'verdict.png'?: Uint8Array
}

/** A verdict as data, as text for a comment, as a page and as a picture. */
export async function verdictFiles(verdict: Verdict): Promise<VerdictFiles> {
  const report = verdictReport(verdict)
  const charts = verdictCharts(verdict)
  return {
    'verdict.json': `${JSON.stringify(verdict, null, 2)}\n`,
    'verdict.md': renderMarkdown(report, { atMost: mostMarkdown, whole: '"verdict.html" of this run' }),
    'verdict.html': await renderHtml(report),
    ...(charts.length === 0 ? {} : { 'verdict.png': await chartPng(charts) }),
  }
}
