import type { ForgeReply } from './forge-server.ts'

/** One page of a list, with the addresses of the others in the header `link`, as both forges have it. */
export function pageOf<T>(
  url: URL,
  items: readonly T[],
  usual: number,
): { readonly shown: readonly T[]; readonly headers: NonNullable<ForgeReply['headers']> } {
  const size = Math.min(100, wholeOf(url.searchParams.get('per_page'), usual))
  const page = wholeOf(url.searchParams.get('page'), 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (number: number, name: string): string => {
    const other = new URL(url)
    other.searchParams.set('page', String(number))
    return `<${other.href}>; rel="${name}"`
  }
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ]
  return {
    shown: items.slice((page - 1) * size, page * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}

/** What is no number counts as if it were not there, as with the real ones. */
function wholeOf(text: string | null, usual: number): number {
  return text !== null && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : usual
}
