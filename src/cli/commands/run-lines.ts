import { duration, type RunRecord } from '../../core/index.ts'
import type { Change, MetricChange, RunDiff, RunWithSettings } from '../../project/index.ts'
import { paint } from '../output.ts'
import { tableLines } from '../table.ts'

/** The newest runs, a line each. */
export function listLines(records: readonly RunRecord[]): readonly string[] {
  const ids = shortIds(records.map(({ id }) => id))
  const rows = records.map((record, i) => [
    ids[i]!,
    record.stage,
    record.status,
    minute(record.started),
    took(record),
    cost(record),
    result(record),
  ])
  return tableLines(['RUN', 'STAGE', 'STATUS', 'STARTED (UTC)', 'TOOK', 'COST', 'RESULT'], rows, [4, 5])
}

/** The time in an id tells most runs apart: up to the millisecond it has 19 letters. */
function shortIds(ids: readonly string[]): readonly string[] {
  const starts = ids.map(id => id.split('-')[0]!)
  return ids.map((id, i) => (starts.filter(start => start === starts[i]).length === 1 ? starts[i]! : id))
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}

function took({ started, ended }: RunRecord): string {
  return duration(Math.max(0, Date.parse(ended) - Date.parse(started)))
}

function cost({ cost: paid }: RunRecord): string {
  if (paid === undefined) return '–'
  return `${paid.currency === 'EUR' ? '€' : `${paid.currency} `}${paid.amount.toFixed(2)}`
}

/** The number that people compare first. */
function result({ status, error, stage, metrics }: RunRecord): string {
  if (status !== 'done') return error ?? ''
  const value = (name: string): string => shownNumber(metrics[name] ?? Number.NaN)
  if (stage === 'evaluate' && metrics['auroc'] !== undefined) return `AUROC ${value('auroc')}`
  if (stage === 'train' && metrics['validationAuroc'] !== undefined)
    return `validation AUROC ${value('validationAuroc')}`
  if (stage === 'train' && metrics['validationLoss'] !== undefined) return `validation loss ${value('validationLoss')}`
  if (stage === 'publish' && metrics['version'] !== undefined) return `version ${value('version')}`
  if (metrics['films'] !== undefined) return `${value('films')} films`
  return metrics['train'] === undefined ? '' : `${value('train')} training films`
}

/** All that is known of one run. */
export function showLines({ record, settings }: RunWithSettings): readonly string[] {
  const { machine, commit, error } = record
  const { os, arch, cpu, cores, node, chestnut, rented } = machine
  const facts: readonly (readonly [string, string])[] = [
    ['run', record.id],
    ['stage', `${record.stage}, ${record.status}${error === undefined ? '' : `: ${error}`}`],
    ['started', `${record.started.replace('T', ' ').slice(0, 19)} UTC, took ${took(record)}`],
    ['machine', `${cpu}, ${cores} cores, ${os} ${arch}${rented === undefined ? '' : `, rented: ${rented}`}`],
    ['versions', `Chestnut ${chestnut}, Node ${node}`],
    ['cost', record.cost === undefined ? 'none: nothing was rented' : `${cost(record)} without VAT`],
    ['seed', String(record.seed)],
    ...(commit === undefined ? [] : [['commit', commit] as const]),
    ['configuration', record.config],
  ]
  return [
    ...columns(facts),
    ...section('inputs', Object.entries(record.inputs)),
    ...section('outputs', Object.entries(record.outputs)),
    ...section(
      'metrics',
      Object.entries(record.metrics).map(([name, value]) => [name, shownNumber(value)]),
    ),
    ...section('settings', Object.entries(settings ?? {})),
  ]
}

function section(title: string, entries: readonly (readonly [string, string])[]): readonly string[] {
  if (entries.length === 0) return []
  return ['', paint('bold', title, process.stdout), ...columns(entries).map(line => `  ${line}`)]
}

function columns(entries: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${paint('dim', name.padEnd(width), process.stdout)}  ${value}`)
}

/** What tells two runs apart, and how many metrics do not. */
export function diffLines(diff: RunDiff): readonly string[] {
  const parts: readonly (readonly [string, readonly Change[]])[] = [
    ['', diff.facts],
    ['settings', diff.settings ?? []],
    ['machine', diff.machine],
    ['inputs', diff.inputs],
    ['outputs', diff.outputs],
  ]
  const moved = diff.metrics.filter(({ difference }) => difference === undefined || !(Math.abs(difference) === 0))
  const lines = [
    ...columns([
      ['first', diff.first],
      ['second', diff.second],
    ]),
    ...parts.flatMap(([title, found]) => changeLines(title, found)),
    ...metricLines(moved),
  ]
  const isConfigured = diff.facts.some(({ name }) => name === 'configuration')
  if (isConfigured && diff.settings === undefined)
    lines.push('', 'which settings differ is not known: an earlier Chestnut kept their digest alone')
  const same = diff.metrics.length - moved.length
  if (lines.length === 2) lines.push('', 'nothing differs')
  else if (same > 0) lines.push('', `${same} ${same === 1 ? 'metric is' : 'metrics are'} the same`)
  return lines
}

function changeLines(title: string, found: readonly Change[]): readonly string[] {
  if (found.length === 0) return []
  const rows = found.map(({ name, first = '–', second = '–' }) => [name, shortDigest(first), shortDigest(second)])
  return ['', ...tableLines([title.toUpperCase(), 'FIRST', 'SECOND'], rows)]
}

function metricLines(moved: readonly MetricChange[]): readonly string[] {
  if (moved.length === 0) return []
  const shown = (value: number | undefined): string => (value === undefined ? '–' : shownNumber(value))
  const rows = moved.map(({ name, first, second, difference }) => [
    name,
    shown(first),
    shown(second),
    difference === undefined ? '–' : `${difference > 0 ? '+' : ''}${shownNumber(difference)}`,
  ])
  return ['', ...tableLines(['METRICS', 'FIRST', 'SECOND', 'DIFFERENCE'], rows, [1, 2, 3])]
}

/** Twelve of a digest's letters tell it from every other; `runs show` has all. */
function shortDigest(text: string): string {
  return /^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text
}

/** Four digits after the point where there are any; more for small numbers. */
function shownNumber(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(4)
}
