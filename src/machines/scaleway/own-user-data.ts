import { request } from 'node:http'
import { Problem, type Random } from '../../core/index.ts'

export interface OwnUserDataOptions {
  /** Where the machine finds its user data. Default: Scaleway's address for that, which answers only from a port below 1024: to root. */
  readonly url?: string
  /** Draws the port. */
  readonly random: Random
}

/** A machine's own side of its user data: texts by key that whoever holds a key of the project reads and writes too. */
export interface OwnUserData {
  /** Undefined when there is none. */
  read(key: string): Promise<string | undefined>
  write(key: string, text: string): Promise<void>
}

export function ownUserData(options: OwnUserDataOptions): OwnUserData {
  const { url = 'http://169.254.42.42', random } = options
  const isReal = options.url === undefined
  const call = (method: 'GET' | 'PATCH', key: string, text?: string): Promise<Answer> =>
    send(`${url}/user_data/${encodeURIComponent(key)}`, method, text, isReal ? 600 + random.integer(400) : undefined)
  return {
    read: async key => {
      const { status, text } = await call('GET', key)
      if (status === 404) return undefined
      if (status !== 200) throw refused('read', key, status)
      return text
    },
    write: async (key, text) => {
      const { status } = await call('PATCH', key, text)
      if (status >= 300) throw refused('write', key, status)
    },
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Not with `fetch`: that cannot choose the port that it speaks from. */
function send(url: string, method: string, body: string | undefined, localPort: number | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }
    // A connection of its own each time: the ports below 1024 are few.
    const options = {
      method,
      headers,
      agent: false,
      timeout: 10_000,
      ...(localPort === undefined ? {} : { localPort }),
    }
    const sent = request(url, options, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Problem("Cannot reach the machine's user data: no answer within 10 s")))
    sent.on('error', reject)
    sent.end(body)
  })
}

function refused(action: string, key: string, status: number): Problem {
  return new Problem(`Cannot ${action} the user data "${key}" of this machine: status ${status}, wanted 200`)
}
