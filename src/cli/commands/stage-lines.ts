import type { StageOutcome } from '../../project/index.ts'

type Metrics = Readonly<Record<string, number>>

/** What a person wants to know after a stage: its numbers with their error bars, and where the results lie. */
export async function stageLines(outcome: StageOutcome): Promise<readonly string[]> {
  const { metrics } = outcome.record
  return [...(describe[outcome.stage]?.(metrics) ?? []), ...(await comparison(outcome)), ...places(outcome)]
}

/** What was compared with what: no score stands without it. */
async function comparison(outcome: StageOutcome): Promise<readonly string[]> {
  if (outcome.stage !== 'evaluate') return []
  const evaluation: unknown = JSON.parse(new TextDecoder().decode(await outcome.read('evaluation.json')))
  const told = typeof evaluation === 'object' && evaluation !== null && 'comparison' in evaluation
  return told ? [String(evaluation.comparison)] : []
}

const describe: Readonly<Record<string, (metrics: Metrics) => readonly string[]>> = {
  fetch: metrics => [`${count(metrics, 'films', 'film')}`],
  explore: metrics => [`${count(metrics, 'films', 'film')} of ${count(metrics, 'patients', 'patient')}`],
  prepare: metrics => [
    `training ${part(metrics, 'train')}, validation ${part(metrics, 'validation')}, testing ${part(metrics, 'test')}`,
    `leak rate ${percent(metrics['leakRate'])}: share of testing films whose patient is in training`,
  ],
  train: metrics => [
    `best epoch ${metrics['bestEpoch']} of ${metrics['epochs']}: validation loss ${fixed(metrics['validationLoss'])}, AUROC ${fixed(metrics['validationAuroc'])}`,
    ...int8(metrics),
    ...setAside(metrics),
  ],
  evaluate: metrics => [
    ...(metrics['findings'] === undefined ? judged(metrics) : judgedFindings(metrics)),
    ...setAside(metrics),
  ],
  publish: metrics => [`version ${metrics['version']}, now in production`],
}

function judged(metrics: Metrics): readonly string[] {
  return [
    `AUROC ${interval(metrics, 'auroc')}${metrics['metadataAuroc'] === undefined ? '' : `; metadata alone ${interval(metrics, 'metadataAuroc')}`}`,
    `sensitivity ${fixed(metrics['sensitivity'])}, specificity ${fixed(metrics['specificity'])} at threshold ${fixed(metrics['threshold'])}`,
  ]
}

/** The mean, then a line for each finding. */
function judgedFindings(metrics: Metrics): readonly string[] {
  const targets = targetsOf(metrics, 'auroc')
  const width = Math.max(0, ...targets.map(target => target.length))
  const mean =
    metrics['auroc'] === undefined
      ? 'no finding has patients enough for a mean AUROC'
      : `mean AUROC ${interval(metrics, 'auroc')} of ${metrics['averaged']} of ${metrics['findings']} findings${metrics['metadataAuroc'] === undefined ? '' : `; metadata alone ${interval(metrics, 'metadataAuroc')}`}`
  return [
    mean,
    ...targets.map(target => {
      const of = (name: string): string => fixed(metrics[`${name}.${target}`])
      return `${target.padEnd(width)}  AUROC ${of('auroc')} (${of('aurocLow')} to ${of('aurocHigh')}), sensitivity ${of('sensitivity')}, specificity ${of('specificity')} at threshold ${of('threshold')}`
    }),
  ]
}

/** The findings that have a metric, as `auroc.Pneumonia`, in its order. */
function targetsOf(metrics: Metrics, name: string): readonly string[] {
  return Object.keys(metrics).flatMap(key => (key.startsWith(`${name}.`) ? [key.slice(name.length + 1)] : []))
}

function int8(metrics: Metrics): readonly string[] {
  const probe = metrics['int8Probe']
  return probe === undefined
    ? []
    : [`int8 features: a linear probe scores AUROC ${fixed(probe)}, ${fixed(metrics['float32Probe'])} in float32`]
}

function setAside(metrics: Metrics): readonly string[] {
  return metrics['bad'] ? [`set aside: ${count(metrics, 'bad', 'film')} that could not be read`] : []
}

/** The pictures and reports first; data files are named only where nothing else is. */
function places(outcome: StageOutcome): readonly string[] {
  const shown = Object.entries(outcome.files).filter(([name]) => /\.(html|png|onnx|csv)$/.test(name))
  return shown.map(([, path]) => `→ ${path}`)
}

/** Positives of several findings are many numbers: the exploration shows them. */
function part(metrics: Metrics, name: string): string {
  const positives = metrics[`${name}Positive`]
  return `${metrics[name] ?? 0} films${positives === undefined ? '' : ` (${positives} positive)`}`
}

function count(metrics: Metrics, name: string, noun: string): string {
  const value = metrics[name] ?? 0
  return `${value} ${noun}${value === 1 ? '' : 's'}`
}

function interval(metrics: Metrics, name: string): string {
  return `${fixed(metrics[name])} (95 % interval ${fixed(metrics[`${name}Low`])} to ${fixed(metrics[`${name}High`])})`
}

function fixed(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3)
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(value * 100).toFixed(1)} %`
}
