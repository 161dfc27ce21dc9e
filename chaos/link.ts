import type { Figure } from '../bench/benchmark.ts'
import { bootNamespace, needNamespaces } from '../src/testing/index.ts'
import { followThroughCuts } from '../src/testing/sshd/follow-through-cuts.ts'
import type { Chaos } from './chaos.ts'

/** Seconds. */
const longest = 120

export const chaos: Chaos = {
  name: 'link',
  title: 'the link to a machine is cut for 1, 5 and 120 seconds: which lines of its log are lost or doubled?',
  run: async ({ progress }) => {
    const missing = needNamespaces()
    if (missing !== false) throw new Error(`Cannot cut a link: it ${missing}`)
    await using machine = await bootNamespace()
    progress(`${machine.address.host}: a job prints, its link is cut; this takes three minutes`)
    const { texts, wanted, losses, silence } = await followThroughCuts(machine, [1, 5, longest])
    const seen = new Set(texts)
    const lost = wanted.filter(text => !seen.has(text)).length
    progress(`${texts.length} lines, ${losses} connections lost, ${(silence / 1000).toFixed(1)} s of silence at most`)
    return [none('lines lost', lost), none('lines doubled', texts.length - seen.size), silent(silence / 1000)]
  },
}

function none(name: string, value: number): Figure {
  return { case: name, value, unit: 'lines', goal: 0, met: value === 0, runs: 1 }
}

/** A cut that was not one would prove nothing. */
function silent(seconds: number): Figure {
  return { case: 'longest silence', value: seconds, unit: 's', goal: longest, met: seconds >= longest, runs: 1 }
}
