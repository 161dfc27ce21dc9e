import { countText, percentText, spaced } from '../../report/index.ts'
import { type Interval, logit, sigmoid, zOf } from '../../statistics/index.ts'
import { areaText, intervalText, rangeText } from '../interval-text.ts'
import { type Gate, gate } from './gate.ts'
import { metricTitles } from './metric-titles.ts'
import type { AtLeast, AtMost, Drop, Quality } from './quality.ts'
import { differenceText } from './signed-text.ts'
import type { FindingVerdict, StageFailure, Verdict } from './verdict.ts'

/** What the gates look at. */
export type Judgeable = Omit<Verdict, 'format' | 'passed' | 'summary' | 'gates'>

/** Every gate that the configuration asks for, and first whether there is a model at all. */
export function gatesOf(facts: Judgeable, quality: Quality): readonly Gate[] {
  const { auroc, sensitivity, specificity, drop, calibration, subgroups, cost, leaks, machines } = quality
  const quantities = [
    ...(auroc === undefined ? [] : [areaGate(facts, auroc)]),
    ...(sensitivity === undefined ? [] : [rateGate(facts, 'sensitivity', sensitivity)]),
    ...(specificity === undefined ? [] : [rateGate(facts, 'specificity', specificity)]),
    ...dropGates(facts, drop ?? {}),
    ...(calibration === undefined ? [] : [calibrationGate(facts, calibration)]),
    ...(subgroups === undefined ? [] : [subgroupGate(facts, subgroups)]),
  ]
  return [
    modelGate(facts),
    ...quantities,
    ...(leaks ? [leakGate(facts)] : []),
    ...(cost === undefined ? [] : [costGate(facts, cost)]),
    ...(machines ? [machinesGate(facts)] : []),
  ]
}

function modelGate({ failure, testing, data }: Judgeable): Gate {
  const title = 'Trained and judged'
  if (failure !== undefined) return gate('model', title, 'fail', failureSentence(failure))
  const { films = 0, patients = 0 } = testing ?? {}
  const unseen = data?.leaks.testingFilms === 0 ? ' that it never saw' : ''
  return gate('model', title, 'pass', `Judged on ${countText(films)} films of ${countText(patients)} patients${unseen}`)
}

const endings: Readonly<Record<StageFailure['status'], string>> = {
  failed: 'failed',
  interrupted: 'was interrupted',
  missing: 'was never run for this change',
  lost: 'was begun on another machine and has left no result',
}

function failureSentence({ stage, status, error, seconds }: StageFailure): string {
  const after = seconds === undefined ? '' : ` after ${countText(Math.round(seconds))} s`
  const kind = error === undefined ? '' : ` (${error})`
  const why = status === 'missing' ? '' : '; its log says why'
  return `There is no model: the stage "${stage}" ${endings[status]}${after}${kind}${why}`
}

const noModel = 'There is no model to judge'

/** Of the mean where there are several findings, else of the one. */
function areaGate({ findings, mean }: Judgeable, { atLeast }: AtLeast): Gate {
  const area = findings.length === 1 ? findings[0]?.evaluation?.auroc : mean?.auroc
  const title = findings.length > 1 ? 'Mean AUROC' : metricTitles.auroc
  if (area === undefined) return gate('auroc', title, 'unknown', findings.length === 0 ? noModel : tooFew)
  return gate('auroc', title, area.low >= atLeast ? 'pass' : 'fail', `${intervalText(area)}; ${beginAt(atLeast)}`)
}

function beginAt(atLeast: number): string {
  return `its interval was to begin at ${areaText(atLeast)} or above`
}

const tooFew = 'The testing films are too few to say'

function rateGate({ findings }: Judgeable, name: 'sensitivity' | 'specificity', { atLeast }: AtLeast): Gate {
  return eachFinding(findings, name, metricTitles[name], finding => {
    const rate = finding.evaluation?.operatingPoint.rates[name] ?? null
    if (rate === null) return { outcome: 'unknown', found: tooFew }
    return { outcome: rate.low >= atLeast ? 'pass' : 'fail', found: intervalText(rate), wanted: beginAt(atLeast) }
  })
}

function dropGates(facts: Judgeable, drop: Drop): readonly Gate[] {
  const { auroc, ...others } = drop
  return [
    ...(auroc === undefined ? [] : [areaDropGate(facts, auroc)]),
    ...(['sensitivity', 'specificity', 'brier'] as const).flatMap(metric => {
      const margin = others[metric]
      return margin === undefined ? [] : [dropGate(facts, metric, margin)]
    }),
  ]
}

function areaDropGate(facts: Judgeable, margin: number): Gate {
  if (facts.findings.length <= 1) return dropGate(facts, 'auroc', margin)
  const [name, title] = ['drop.auroc', 'Mean AUROC against the base']
  const why = notComparable(facts)
  if (why !== undefined) return gate(name, title, why.outcome, why.found)
  const difference = facts.mean?.compared?.difference
  if (difference === undefined) return gate(name, title, 'unknown', untoldOr(tooFew, facts.base))
  const said = inferiority(difference, margin, false)
  return gate(name, title, said.outcome, sentenceOf(said))
}

function dropGate(facts: Judgeable, metric: keyof Drop, margin: number): Gate {
  const [name, title] = [`drop.${metric}`, `${metricTitles[metric]} against the base`]
  const why = notComparable(facts)
  if (why !== undefined) return gate(name, title, why.outcome, why.found)
  return eachFinding(facts.findings, name, title, finding => {
    const found = finding.compared?.metrics.find(one => one.metric === metric)
    return found === undefined
      ? { outcome: 'unknown', found: untoldOr(tooFew, facts.base) }
      : inferiority(found.difference, margin, metric === 'brier')
  })
}

function notComparable({ base, findings }: Judgeable): Said | undefined {
  if (findings.length === 0) return { outcome: 'unknown', found: noModel }
  if (base.kind === 'none') return { outcome: 'unknown', found: base.why }
  if (base.isSame) return { outcome: 'pass', found: 'It is the same model, byte for byte' }
  return undefined
}

function untoldOr(otherwise: string, base: Verdict['base']): string {
  const untold = base.kind === 'model' ? base.untold : []
  return untold.length === 0 ? otherwise : `The base does not tell ${untold.map(spaced).join(', ')}`
}

/** Not worse by more than the margin, as far as the interval of the difference can tell. */
function inferiority(difference: Interval, margin: number, lessIsBetter: boolean): Said {
  const worst = lessIsBetter ? difference.high : -difference.low
  const best = lessIsBetter ? difference.low : -difference.high
  const wanted = `its interval was to stay ${lessIsBetter ? 'below ' : 'above −'}${areaText(margin)}`
  const found = differenceText(difference)
  if (worst <= margin) return { outcome: 'pass', found, wanted }
  const aside = best > margin ? 'it is surely worse' : 'that takes more films, or a better model'
  return { outcome: 'fail', found, wanted, aside }
}

function calibrationGate({ findings }: Judgeable, { atMost }: AtMost): Gate {
  return eachFinding(findings, 'calibration', 'Calibration', ({ evaluation }) => {
    if (evaluation === null) return { outcome: 'unknown', found: tooFew }
    const { expectedError, expectedErrorByChance } = evaluation.calibration
    const [found, wanted] = [areaText(expectedError), `an expected error of at most ${areaText(atMost)} was wanted`]
    if (expectedError <= atMost) return { outcome: 'pass', found, wanted }
    if (expectedError > expectedErrorByChance.high) return { outcome: 'fail', found, wanted }
    const aside = `so few films show up to ${areaText(expectedErrorByChance.high)} by chance`
    return { outcome: 'unknown', found, wanted, aside }
  })
}

function subgroupGate({ findings }: Judgeable, { atLeast }: AtLeast): Gate {
  return eachFinding(findings, 'subgroups', 'Subgroups', ({ evaluation }) => {
    const groups = (evaluation?.subgroups ?? []).flatMap(({ auroc, ...group }) =>
      auroc === null ? [] : [{ ...group, auroc }],
    )
    if (groups.length === 0) return { outcome: 'unknown', found: 'No group has films enough to say' }
    const low = groups.filter(({ auroc }) => !(highOfMany(auroc, groups.length) >= atLeast))
    const wanted = `no group was to be surely below an AUROC of ${areaText(atLeast)}`
    if (low.length === 0) return { outcome: 'pass', found: `None of ${groups.length} groups is`, wanted }
    const names = low.map(({ by, group, auroc }) => `${by} ${group} (${rangeText(auroc)})`).join(', ')
    return { outcome: 'fail', found: names, wanted }
  })
}

/** The upper bound that holds for so many groups at once (Bonferroni), on the logit scale; intervals have a level of 0.95. */
function highOfMany({ value, high, level }: Interval, groups: number): number {
  if (!(value > 0 && value < high && high < 1)) return high
  const reach = (logit(high) - logit(value)) * (zOf(1 - (1 - level) / groups) / zOf(level))
  return sigmoid(logit(value) + reach)
}

function leakGate({ data }: Judgeable): Gate {
  const [name, title] = ['leaks', 'No leaks']
  if (data === null) return gate(name, title, 'unknown', 'The films could not be prepared')
  const { patients, testingFilms, rate, copiesAcross } = data.leaks
  if (patients === 0 && copiesAcross === 0) {
    return gate(name, title, 'pass', 'No patient and no film is in two parts')
  }
  const found = [
    ...(patients === 0
      ? []
      : [`${countText(patients)} ${patients === 1 ? 'patient is' : 'patients are'} in two parts`]),
    ...(copiesAcross === 0
      ? []
      : [`${countText(copiesAcross)} ${copiesAcross === 1 ? 'film is' : 'films are'} in two parts under other names`]),
  ].join(', and ')
  const share = `${percentText(rate, 1)} of the testing films (${countText(testingFilms)}) tell what was learned by heart`
  return gate(name, title, 'fail', `${found}: ${share}`)
}

function costGate({ bill }: Judgeable, { atMost }: AtMost): Gate {
  const sentence = `€${bill.euros.toFixed(2)} without VAT; at most €${atMost.toFixed(2)} was wanted`
  return gate('cost', 'Cost', bill.euros <= atMost ? 'pass' : 'fail', sentence)
}

function machinesGate({ machines }: Judgeable): Gate {
  const { left, others, silent } = machines
  const aside = others === 0 ? '' : `; ${others} of other runs ${others === 1 ? 'is' : 'are'} within the deadline`
  const [name, title] = ['machines', 'Machines left']
  if (left > 0) {
    const words = left === 1 ? '1 machine of this change is' : `${left} machines of this change, or overdue, are`
    return gate(name, title, 'fail', `${words} still there, and billed${aside}`)
  }
  if (silent.length > 0) return gate(name, title, 'unknown', `Could not be asked: ${silent.join(', ')}${aside}`)
  return gate(name, title, 'pass', `0${aside}`)
}

interface Said {
  readonly outcome: Gate['outcome']
  /** What is. */
  readonly found: string
  /** What was wanted; the same for each finding. */
  readonly wanted?: string
  readonly aside?: string
}

function sentenceOf({ found, wanted, aside }: Said): string {
  return `${found}${wanted === undefined ? '' : `; ${wanted}`}${aside === undefined ? '' : `: ${aside}`}`
}

/** Findings that a sentence names before it counts the rest. */
const mostNamed = 5

/** Of several findings those count that have films enough; the sentence is about those that decide. */
function eachFinding(
  findings: readonly FindingVerdict[],
  name: string,
  title: string,
  judge: (finding: FindingVerdict) => Said,
): Gate {
  const counted = findings.length > 1 ? findings.filter(({ counts }) => counts) : findings
  if (counted.length === 0) return gate(name, title, 'unknown', findings.length === 0 ? noModel : tooFew)
  const said = counted.map(finding => ({ target: finding.target, ...judge(finding) }))
  const [first] = said
  if (said.length === 1 && first !== undefined) return gate(name, title, first.outcome, sentenceOf(first))
  const outcome = (['fail', 'unknown', 'pass'] as const).find(one => said.some(each => each.outcome === one))!
  const those = said.filter(each => each.outcome === outcome)
  const wanted = said.find(each => each.wanted !== undefined)?.wanted
  const names = those.slice(0, mostNamed).map(({ target, found }) => `${spaced(target)} ${found}`)
  const rest = those.length > mostNamed ? [`and ${those.length - mostNamed} more`] : []
  const found = `${those.length} of ${said.length} findings ${verbs[outcome]}`
  const named = outcome === 'pass' ? '' : `: ${[...names, ...rest].join(', ')}`
  return gate(name, title, outcome, sentenceOf({ outcome, found: `${found}${named}`, ...(wanted && { wanted }) }))
}

const verbs: Readonly<Record<Gate['outcome'], string>> = {
  pass: 'keep it',
  fail: 'do not keep it',
  unknown: 'cannot say',
}
