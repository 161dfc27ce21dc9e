import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/core/index.ts'
import { onnxRuntime } from '../src/engine/index.ts'
import type { FindingsEvaluation } from '../src/evaluate/index.ts'
import { dense, openWorkspace, parseConfig, phantoms, runCycle, vggSmall } from '../src/project/index.ts'
import type { Benchmark, Figure } from './benchmark.ts'

/** Fourteen findings planted on drawn films, with labels that are missing or uncertain; a network of seconds, from scratch. */
function configOf(patients: number, epochs: number): unknown {
  return {
    data: phantoms({ patients, size: 64, findings: 'all', prevalence: 0.2, unlabelled: 0.1, uncertain: 0.05 }),
    targets: 'all',
    backbone: vggSmall({ size: 64, widths: [16, 16, 32] }),
    head: dense({ units: [], dropout: [0.5] }),
    train: { epochs, batch: 32, patience: 6, rate: { kind: 'cosine', rate: 0.003, warmUp: 1 } },
  }
}

export const bench: Benchmark = {
  name: 'findings',
  title: 'all 14 findings end to end on phantoms with missing and uncertain labels: how well each is told',
  async run({ quick }) {
    const { mean, findings } = await judge(quick ? configOf(200, 3) : configOf(2000, 24))
    const lowest = Math.min(...findings.map(({ evaluation }) => evaluation?.auroc.low ?? 0))
    const least = findings.find(({ evaluation }) => (evaluation?.auroc.low ?? 0) === lowest)
    return [
      figure('mean AUROC over 14 findings', mean?.auroc.value ?? 0, 0.9),
      figure('its gain over metadata alone, lower bound', mean?.metadata?.gain.low ?? 0, 0.3),
      figure(`least lower bound of a finding's AUROC (${least?.target})`, lowest, 0.5),
      figure('findings in the mean', mean?.findings.length ?? 0, 14),
    ]
  },
}

async function judge(config: unknown): Promise<FindingsEvaluation> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
  try {
    const workspace = await openWorkspace(parseConfig(config), folder, {
      engine: onnxRuntime(),
      clock: systemClock,
      progress: event => {
        if (event.kind === 'note') console.log(event.text)
      },
      signal: new AbortController().signal,
    })
    for await (const { stage } of runCycle(workspace, 'evaluate')) console.log(`${stage} is done`)
    const found: FindingsEvaluation = JSON.parse(await readFile(join(folder, 'out', 'evaluation.json'), 'utf8'))
    for (const { target, evaluation } of found.findings) {
      if (evaluation === null) continue
      const { value, low, high } = evaluation.auroc
      console.log(`${target.padEnd(18)} AUROC ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`)
    }
    return found
  } finally {
    await rm(folder, { recursive: true })
  }
}

function figure(title: string, value: number, goal: number): Figure {
  return { case: title, value: Number(value.toFixed(3)), unit: '', goal, met: value >= goal, runs: 1 }
}
