import { areaText, rangeText } from '../interval-text.ts'
import { type Gate, passed } from './gate.ts'
import { gatesOf, type Judgeable } from './gates.ts'
import type { Quality } from './quality.ts'
import { differenceText } from './signed-text.ts'
import type { Verdict } from './verdict.ts'

/** Holds the gates against what was found, and says it in a sentence. */
export function judgeChange(facts: Judgeable, quality: Quality): Verdict {
  const gates = gatesOf(facts, quality)
  return {
    format: 'chestnut.verdict/1',
    passed: passed(gates),
    summary: [gatesSentence(gates), headline(facts)].filter(part => part !== '').join(' '),
    gates,
    ...facts,
  }
}

function gatesSentence(gates: readonly Gate[]): string {
  const of = (outcome: Gate['outcome']): readonly Gate[] => gates.filter(gate => gate.outcome === outcome)
  const [failed, unknown] = [of('fail'), of('unknown')]
  const names = (some: readonly Gate[]): string => some.map(({ title }) => title).join(', ')
  const all = `${gates.length} ${gates.length === 1 ? 'gate' : 'gates'}`
  const open = unknown.length === 0 ? '' : ` ${unknown.length} cannot say: ${names(unknown)}.`
  if (failed.length > 0)
    return `${failed.length} of ${all} ${failed.length === 1 ? 'says' : 'say'} no: ${names(failed)}.${open}`
  return unknown.length === 0 ? `All ${all} pass.` : `No gate says no.${open}`
}

function headline({ findings, mean, base }: Judgeable): string {
  const [first, ...others] = findings
  const isOne = first !== undefined && others.length === 0
  const area = isOne ? first.evaluation?.auroc : mean?.auroc
  if (area === undefined) return ''
  const found = isOne
    ? first.compared?.metrics.find(({ metric }) => metric === 'auroc')?.difference
    : mean?.compared?.difference
  const own = `${isOne ? 'AUROC' : 'Mean AUROC'} ${areaText(area.value)} (${rangeText(area)})`
  if (found === undefined || base.kind === 'none') return `${own}.`
  if (base.isSame) return `${own}, the same model as ${base.reference}.`
  return `${own}, ${differenceText(found)} against ${base.reference}.`
}
