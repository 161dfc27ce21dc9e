import { Interrupted } from '../src/core/index.ts'
import type { Chaos, ChaosOptions } from './chaos.ts'
import { coverageLines } from './machines/coverage.ts'
import { episode } from './machines/episode.ts'
import { brokenOf, figuresOf } from './machines/figures.ts'
import { keepRun, keptRuns } from './machines/kept-runs.ts'
import { planOf } from './machines/plan.ts'
import type { Verdict } from './machines/verdict.ts'

export const chaos: Chaos = {
  name: 'machines',
  title:
    'controllers that die at every call to the cloud, which fails too: what is left running, and what does it cost?',
  run: async options => {
    const verdicts = await episodes(options)
    for (const line of coverageLines(verdicts)) options.progress(line)
    return figuresOf(verdicts)
  },
}

/** What the runs came to, as far as there was time for them. */
async function episodes(options: ChaosOptions): Promise<readonly Verdict[]> {
  const { runs, seed, only, atOnce, keep, signal, progress } = options
  const numbers = only ?? [...Array(runs).keys()]
  const kept = keptRuns(keep, seed)
  const verdicts = numbers.flatMap(number => kept.get(number) ?? [])
  if (verdicts.length > 0) progress(`${verdicts.length} of ${numbers.length} runs were done before`)
  const next = numbers.filter(number => !kept.has(number))[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const number of next) {
      if (signal?.aborted) return
      const verdict = await unlessStopped(episode(planOf(seed, number), number, signal))
      if (verdict === undefined) return
      keepRun(keep, seed, number, verdict)
      verdicts.push(verdict)
      tell(options, number, verdict)
      if (verdicts.length % 25 === 0) progress(`${verdicts.length} of ${numbers.length} runs`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, numbers.length) }, worker))
  if (verdicts.length < numbers.length) {
    const rest = keep === undefined ? '"--keep FILE" would keep them for the next time' : 'the same command goes on'
    progress(`Stopped: ${verdicts.length} of ${numbers.length} runs were done, the figures are theirs alone; ${rest}`)
  }
  return verdicts
}

async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Interrupted) return undefined
    throw error
  }
}

/** What is broken, and how to see it again. */
function tell({ seed, only, progress }: ChaosOptions, number: number, verdict: Verdict): void {
  const broken = brokenOf(verdict)
  if (broken.length === 0 && only === undefined) return
  const again = `npm run chaos -- machines --seed ${seed} --only ${number}`
  progress(`run ${number}: ${broken.join(', ') || 'nothing broken'}; alone: ${again}`)
  progress(JSON.stringify({ verdict, plan: planOf(seed, number) }))
}
