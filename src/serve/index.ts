export type { AnswerBody } from './answer.ts'
export type { ExplainBody } from './explain-body.ts'
export { type App, serve } from './serve.ts'
export type { ServeLimits, ServeTools } from './serve-tools.ts'
