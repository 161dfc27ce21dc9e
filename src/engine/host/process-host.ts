import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { OpenLink } from './link.ts'
import type { Reply } from './protocol.ts'

/** How much of the child's last output a sentence about its death holds. */
const tail = 400
/** A child that has closed and does not end within this time is killed. Milliseconds. */
const patience = 5000

/** A program in a child process: its crash is an error here, and nothing more. */
export const openProcess: OpenLink = events => {
  // In a group of its own: Ctrl-C in the terminal asks the parent to stop, and the parent ends its child in order.
  const child = fork(fileURLToPath(new URL('./process-main.js', import.meta.url)), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    detached: true,
  })
  let lastWords = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString()).slice(-tail)
  })
  const gone = new Promise<void>(resolve => {
    const end = (cause: string): void => {
      events.died(lastWords.trim() === '' ? cause : `${cause}, its last words: ${lastWords.trim()}`)
      resolve()
    }
    child.once('error', error => end(`its process could not be started: ${error.message}`))
    child.once('close', (code, signal) =>
      end(`its process ended ${signal === null ? `with code ${code}` : `by ${signal}`}`),
    )
  })
  child.on('message', (reply: Reply) => events.reply(reply))
  hold(child, false)

  return {
    post(request) {
      // A failure to send means a child that is dying; `close` tells why.
      child.send(request, () => undefined)
    },
    hold: held => hold(child, held),
    async gone() {
      const kill = setTimeout(() => child.kill('SIGKILL'), patience)
      await gone
      clearTimeout(kill)
    },
  }
}

function hold(child: ChildProcess, held: boolean): void {
  if (held) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
  if (child.stderr instanceof Socket) held ? child.stderr.ref() : child.stderr.unref()
}
