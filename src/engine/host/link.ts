import type { Reply, Request } from './protocol.ts'

/** The near end of a host: one request at a time goes out, its reply comes back through the events. */
export interface Link {
  post(request: Request): void
  /** Whether the host keeps the program alive: it does while it owes a reply. */
  hold(held: boolean): void
  /** Resolves when a host that has answered `close` is gone. */
  gone(): Promise<void>
}

export interface LinkEvents {
  reply(reply: Reply): void
  /** The host is gone, asked for or not. `cause` says how: a signal, an exit code, its last words. */
  died(cause: string): void
}

export type OpenLink = (events: LinkEvents) => Link
