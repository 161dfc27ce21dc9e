import { ForgeError } from './forge-error.ts'

/** What goes wrong with a call of a forge. */
export type ForgeFault =
  | { readonly kind: 'error'; readonly status: number }
  /** Too much at once: 403 with `retry-after`, in seconds. */
  | { readonly kind: 'secondary-limit'; readonly seconds: number }
  /** All calls of this hour are used up: 403 until they are given anew, in seconds. */
  | { readonly kind: 'primary-limit'; readonly seconds: number }
  /** 429 with `retry-after`, in seconds. */
  | { readonly kind: 'too-many-requests'; readonly seconds: number }
  /** The connection is closed without an answer. */
  | { readonly kind: 'drop' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' }
  /** 403 whose message repeats the headers of the request. */
  | { readonly kind: 'echo' }

/** What is answered for those that are answers. */
export function faultAnswer(fault: ForgeFault, now: number, headers: string): ForgeError | undefined {
  switch (fault.kind) {
    case 'error':
      return new ForgeError(fault.status, { message: 'Server Error' })
    case 'secondary-limit':
      return new ForgeError(
        403,
        { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
        { 'retry-after': String(fault.seconds) },
      )
    case 'primary-limit':
      return new ForgeError(
        403,
        { message: 'API rate limit exceeded for installation.' },
        { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(now / 1000) + fault.seconds) },
      )
    case 'too-many-requests':
      return new ForgeError(429, { message: 'Too Many Requests' }, { 'retry-after': String(fault.seconds) })
    case 'echo':
      return new ForgeError(403, { message: `Not allowed: ${headers}`, errors: [headers] })
    default:
      return undefined
  }
}
