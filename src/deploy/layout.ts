import { Misuse } from '../core/index.ts'

/** Two places for a server, so that a new one can be judged while the old one answers. */
export type Slot = 'blue' | 'green'

export const slots: readonly Slot[] = ['blue', 'green']

/** Where everything of a deployment lies on its machine. */
export interface Layout {
  readonly root: string
  readonly releases: string
  /** A symbolic link to the slot that answers: the whole switch is the renaming of this link. */
  readonly live: string
  /** What the proxy connects to: the socket behind `live`. */
  readonly socket: string
  readonly secrets: string
  readonly proxy: string
  readonly lock: string
  release(digest: string): string
  record(digest: string): string
  slot(slot: Slot): string
  slotSocket(slot: Slot): string
}

/** The system's limit on the path of a socket, with its last zero byte. */
const longestSocket = 107

/** @param root default on machines: `/opt/chestnut` */
export function layout(root: string): Layout {
  const slot = (name: Slot): string => `${root}/slots/${name}`
  const longest = Buffer.byteLength(`${slot('green')}/socket`)
  if (longest > longestSocket) {
    throw new Misuse(
      `Cannot deploy into "${root}": the path of its socket has ${longest} bytes, at most ${longestSocket} are possible`,
      { next: 'chestnut deploy --folder /opt/chestnut, or another short path' },
    )
  }
  return {
    root,
    releases: `${root}/releases`,
    live: `${root}/live`,
    socket: `${root}/live/socket`,
    secrets: `${root}/secrets`,
    proxy: `${root}/proxy`,
    lock: `${root}/lock`,
    release: digest => `${root}/releases/${digest}`,
    record: digest => `${root}/releases/${digest}.json`,
    slot,
    slotSocket: name => `${slot(name)}/socket`,
  }
}
