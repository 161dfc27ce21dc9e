import { type Verdict, verdictCharts, verdictReport } from '../../evaluate/index.ts'
import { chartPng, cutMarkdown, renderHtml, renderMarkdown } from '../../report/index.ts'

/** What a comment, a note and a check take: GitHub's limit is 65,536 characters. */
const mostMarkdown = 64_000
const notice = 'Here the text was cut, since a comment takes no more. All of it is in "verdict.html" among the results.'

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
    'verdict.md': cutMarkdown(renderMarkdown(report), { most: mostMarkdown, notice }),
    'verdict.html': await renderHtml(report),
    ...(charts.length === 0 ? {} : { 'verdict.png': await chartPng(charts) }),
  }
}
