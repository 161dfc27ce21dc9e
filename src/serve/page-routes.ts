import type { Context } from 'hono'
import { HttpProblem } from './http-problem.ts'
import { type PageFile, pageFiles } from './page-files.ts'
import { checkAccept } from './predict-routes.ts'
import type { Answering, Env } from './route.ts'

/** The page and its files, which are read with the first request for one. */
export function pageRoutes(): { readonly index: Answering; readonly file: Answering } {
  let loading: Promise<ReadonlyMap<string, PageFile>> | undefined
  const find = async (name: string): Promise<PageFile> => {
    loading ??= pageFiles()
    const file = (await loading).get(name)
    if (!file) throw new HttpProblem(404, 'Cannot find this file of the page')
    return file
  }
  return {
    index: async c => {
      checkAccept(c, 'text/html')
      return send(c, await find('index.html'))
    },
    file: async c => send(c, await find(c.req.param('name') ?? '')),
  }
}

function send(c: Context<Env>, { type, bytes, etag }: PageFile): Response {
  const headers = { etag, 'cache-control': 'no-cache', vary: 'accept' }
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
  return c.body(bytes, 200, { ...headers, 'content-type': type })
}
