/** What the proxy is to do: it listens, and hands every request on to a socket. */
export interface Site {
  /** Of the server that answers. */
  readonly socket: string
  /** Of plain HTTP; with `tls` it only leads to HTTPS. */
  readonly port: number
  readonly tls?: Tls
  /** The proxy's own, for configuration and certificates. */
  readonly folder: string
  /** Whom it runs as. */
  readonly user: string
}

export interface Tls {
  readonly domain: string
  /** Default 443. */
  readonly port: number
  /** Files on the machine. Left out, Caddy gets a certificate by itself and renews it. */
  readonly certificate?: { readonly chain: string; readonly key: string }
}

/**
 * A proxy that stands in front of the servers and is never told of a switch: its configuration names the socket behind the link
 * `live`, and it opens a new connection for each request.
 */
export interface WebProxy {
  readonly name: 'caddy' | 'nginx'
  /** The name of its configuration in its folder. */
  readonly file: string
  config(site: Site): string
  /** @param program its path on the machine */
  command(program: string, folder: string): readonly string[]
}
