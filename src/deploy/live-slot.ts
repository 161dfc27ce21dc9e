import type { Layout, Slot } from './layout.ts'
import { readRemote, runScript, writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'

/** Which slot answers, and with which release. The link itself is what is believed: a deployment that died leaves nothing to mend. */
export interface LiveSlot {
  readonly slot: Slot
  readonly digest: string
}

export async function liveSlot(shell: Shell, places: Layout): Promise<LiveSlot | undefined> {
  const script = '[ ! -L "$1" ] || basename "$(readlink "$1")"'
  const [found] = await runScript(shell, 'see what answers', script, [places.live])
  if (found !== 'blue' && found !== 'green') return undefined
  const digest = await releaseIn(shell, places, found)
  return digest === undefined ? undefined : { slot: found, digest }
}

/** What a slot runs or has run. */
export async function releaseIn(shell: Shell, places: Layout, slot: Slot): Promise<string | undefined> {
  return (await readRemote(shell, `${places.slot(slot)}/release`))?.trim() || undefined
}

/** Notes what a slot is about to run. */
export async function nameSlot(shell: Shell, places: Layout, { slot, digest }: LiveSlot): Promise<void> {
  await writeRemote(shell, `${places.slot(slot)}/release`, `${digest}\n`)
}

/** Lets another slot answer, between one connection of the proxy and the next: a link is replaced in one step. */
export async function switchTo(shell: Shell, places: Layout, slot: Slot | undefined): Promise<void> {
  const script = slot === undefined ? 'rm -f "$1"' : 'ln -sfn "slots/$2" "$1.next"; mv -T "$1.next" "$1"'
  await runScript(shell, 'switch to the other server', script, [places.live, slot ?? ''])
}

/** How many connections a slot's socket has; one that only listens has none. */
export async function connections(shell: Shell, places: Layout, slot: Slot): Promise<number> {
  // The sixth column of /proc/net/unix is the state; 03 is connected, 02 is waiting to be accepted.
  const script = `awk -v path=" $1" 'substr($0, length($0) - length(path) + 1) == path && $4 != "00010000" { n++ } END { print n + 0 }' /proc/net/unix`
  const [count] = await runScript(shell, 'count connections', script, [places.slotSocket(slot)])
  return Number(count)
}
