import { Refusal } from '../../core/index.ts'
import { type Change, type Config, largestChange, type Reproduction, reproduce } from '../../project/index.ts'
import { modelReference } from '../model-reference.ts'
import { type CommonOptions, inProject } from '../session.ts'
import { tableLines } from '../table.ts'

export interface ReproduceFlags extends CommonOptions {
  readonly epochs?: number
  readonly tolerance?: number
}

/** Makes a model again and says what differs; a gate that says no where it does not come out again. */
export async function reproduceModel(typed: string | undefined, flags: ReproduceFlags): Promise<void> {
  const { epochs, tolerance } = flags
  const change = (config: Config): Config =>
    epochs === undefined ? config : { ...config, train: { ...config.train, epochs } }
  await inProject({ ...flags, change }, async ({ workspace, output, display }) => {
    const found = await reproduce(workspace, { reference: modelReference(typed), tolerance })
    display.clear()
    output.record(found)
    for (const line of reproductionLines(found)) output.say(line)
    if (!found.reproduced) throw refusal(found)
  })
}

function reproductionLines(found: Reproduction): readonly string[] {
  const { model, run, digest, differs, machine, comparison } = found
  const from = `${model} was made by the run ${run}, SHA-256 ${digest}`
  if (comparison === undefined) return [from, ...table('MADE FROM', differs)]
  return [
    from,
    'configuration, data and seed are those of the run; it was trained again, without the cache',
    ...table('MACHINE', machine),
    ...outcome(found, comparison),
    ...(found.folder === undefined ? [] : [`→ ${found.folder}`]),
  ]
}

function outcome(
  found: Reproduction,
  { same, provenance }: NonNullable<Reproduction['comparison']>,
): readonly string[] {
  if (same === 'bytes') return ['reproduced: the same bytes']
  if (same === 'model') {
    return [
      'reproduced: the same weights, contract, thresholds and answers; the file differs by where it says it was made',
      ...table('PROVENANCE', provenance),
    ]
  }
  return [
    `${found.reproduced ? 'reproduced within tolerance' : 'not reproduced'}: ${distances(found)}`,
    ...metricTable(found),
  ]
}

/** How far apart, and what was allowed. */
function distances({ comparison, metrics, tolerance }: Reproduction): string {
  const { golden = Number.NaN, goldenTolerance = Number.NaN } = comparison ?? {}
  return `answers to drawn films differ by up to ${golden.toPrecision(2)} (${goldenTolerance} allowed), losses, accuracy and AUROC by up to ${largestChange(metrics).toPrecision(2)} (${tolerance} allowed)`
}

function refusal(found: Reproduction): Refusal {
  const { model, differs, machine } = found
  if (differs.length > 0) {
    const names = differs.map(({ name }) => `"${name}"`).join(', ')
    return new Refusal(`Cannot reproduce "${model}": it was made from another ${names} than there is here`, {
      next: `chestnut runs show ${found.run} names the commit and all settings`,
    })
  }
  const where = machine.length === 0 ? 'on the same kind of processor other bytes came out' : distances(found)
  return new Refusal(`Cannot reproduce "${model}": ${where}`, { next: `compare the models in "${found.folder}"` })
}

function table(title: string, found: readonly Change[]): readonly string[] {
  if (found.length === 0) return []
  const rows = found.map(({ name, first = '–', second = '–' }) => [name, first, second])
  return ['', ...tableLines([title, 'THEN', 'NOW'], rows), '']
}

function metricTable({ metrics }: Reproduction): readonly string[] {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toPrecision(6))
  const rows = metrics
    .filter(({ difference }) => difference !== 0)
    .map(({ name, first, second, difference }) => [name, shown(first), shown(second), shown(difference)])
  return rows.length === 0 ? [] : ['', ...tableLines(['METRIC', 'THEN', 'NOW', 'DIFFERENCE'], rows, [1, 2, 3]), '']
}
