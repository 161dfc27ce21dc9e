export type * from './chart.ts'
export { chartPng, type PngOptions, svgPng } from './chart-png.ts'
export { chartSvg, type SvgOptions } from './chart-svg.ts'
export { escapeText } from './escape.ts'
export { countText, numberText, percentText } from './numbers.ts'
export type { Posted, Published, Publisher } from './publisher.ts'
export { cutMarkdown } from './publishers/cut-markdown.ts'
export { filePublisher } from './publishers/file-publisher.ts'
export { gitHubCheck } from './publishers/github-check.ts'
export type { GitHubOptions } from './publishers/github-client.ts'
export { gitHubComment } from './publishers/github-comment.ts'
export { type Environment, type GitHubPlace, gitHubPlace } from './publishers/github-place.ts'
export { type GitLabOptions, type GitLabPlace, gitLabNote, gitLabPlace } from './publishers/gitlab-note.ts'
export { jobSummary } from './publishers/job-summary.ts'
export {
  type OpenPublishersOptions,
  openPublishers,
  type PublisherName,
  parsePublisherNames,
  publisherNames,
  usualPublishers,
} from './publishers/open-publishers.ts'
export type { PublisherTools } from './publishers/publisher-tools.ts'
export { renderHtml } from './render-html.ts'
export { renderMarkdown } from './render-markdown.ts'
export type * from './report.ts'
export { spaced } from './spaced.ts'
export { type ChartSize, vegaLite } from './vega-lite.ts'
