import { countText, percentText } from '../../report/index.ts'
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

function modelGate({ failure, testing }: Judgeable): Gate {
  const title = 'Trained and judged'
  if (failure !== undefined) return gate('model', title, 'fail', failureSentence(failure))
  const { films = 0, patients = 0 } = testing ?? {}
  const sentence = `Judged on ${countText(films)} films of ${countText(patients)} patients that it never saw`
  return gate('model', title, 'pass', sentence)
}

const endings: Readonly<Record<StageFailure['status'], string>> = {
  failed: 'failed',
  interrupted: 'was interrupted',
  missing: 'was never run for this change',
  lost: 'was begun on another machine and left no result',
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
  const sentence = `${intervalText(area)}; its interval was to begin at ${areaText(atLeast)} or above`
  return gate('auroc', title, area.low >= atLeast ? 'pass' : 'fail', sentence)
}

const tooFew = 'The testing films are too few to say'

function rateGate({ findings }: Judgeable, name: 'sensitivity' | 'specificity', { atLeast }: AtLeast): Gate {
  const wanted = `its interval was to begin at ${areaText(atLeast)} or above`
  return eachFinding(findings, name, metricTitles[name], finding => {
    const rate = finding.evaluation?.operatingPoint.rates[name] ?? null
    if (rate === null) return { outcome: 'unknown', sentence: tooFew }
    return { outcome: rate.low >= atLeast ? 'pass' : 'fail', sentence: `${intervalText(rate)}; ${wanted}` }
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
  if (why !== undefined) return gate(name, title, why.outcome, why.sentence)
  const difference = facts.mean?.compared?.difference
  if (difference === undefined) return gate(name, title, 'unknown', tooFew)
  const { outcome, sentence } = inferiority(difference, margin, false)
  return gate(name, title, outcome, sentence)
}

function dropGate(facts: Judgeable, metric: keyof Drop, margin: number): Gate {
  const [name, title] = [`drop.${metric}`, `${metricTitles[metric]} against the base`]
  const why = notComparable(facts)
  if (why !== undefined) return gate(name, title, why.outcome, why.sentence)
  return eachFinding(facts.findings, name, title, finding => {
    const found = finding.compared?.metrics.find(one => one.metric === metric)
    return found === undefined
      ? { outcome: 'unknown', sentence: tooFew }
      : inferiority(found.difference, margin, metric === 'brier')
  })
}

function notComparable({ base, findings }: Judgeable): Said | undefined {
  if (findings.length === 0) return { outcome: 'unknown', sentence: noModel }
  if (base.kind === 'none') return { outcome: 'unknown', sentence: base.why }
  if (base.isSame) return { outcome: 'pass', sentence: 'It is the same model, byte for byte' }
  return undefined
}

/** Not worse by more than the margin, as far as the interval of the difference can tell. */
function inferiority(difference: Interval, margin: number, lessIsBetter: boolean): Said {
  const worst = lessIsBetter ? difference.high : -difference.low
  const best = lessIsBetter ? difference.low : -difference.high
  const wanted = lessIsBetter ? `below ${areaText(margin)}` : `above −${areaText(margin)}`
  const what = `${differenceText(difference)}; its interval was to stay ${wanted}`
  if (worst <= margin) return { outcome: 'pass', sentence: what }
  return {
    outcome: 'fail',
    sentence: `${what}, and ${best > margin ? 'it is surely worse' : 'more films may show that it does'}`,
  }
}

function calibrationGate({ findings }: Judgeable, { atMost }: AtMost): Gate {
  return eachFinding(findings, 'calibration', 'Calibration', ({ evaluation }) => {
    if (evaluation === null) return { outcome: 'unknown', sentence: tooFew }
    const { expectedError, expectedErrorByChance } = evaluation.calibration
    const sentence = `Expected error ${areaText(expectedError)}; at most ${areaText(atMost)} was wanted`
    if (expectedError <= atMost) return { outcome: 'pass', sentence }
    if (expectedError > expectedErrorByChance.high) return { outcome: 'fail', sentence }
    const chance = `so few films show up to ${areaText(expectedErrorByChance.high)} by chance`
    return { outcome: 'unknown', sentence: `${sentence}, but ${chance}` }
  })
}

function subgroupGate({ findings }: Judgeable, { atLeast }: AtLeast): Gate {
  return eachFinding(findings, 'subgroups', 'Subgroups', ({ evaluation }) => {
    const groups = (evaluation?.subgroups ?? []).flatMap(({ auroc, ...group }) =>
      auroc === null ? [] : [{ ...group, auroc }],
    )
    if (groups.length === 0) return { outcome: 'unknown', sentence: 'No group has films enough to say' }
    const low = groups.filter(({ auroc }) => highOfMany(auroc, groups.length) < atLeast)
    if (low.length === 0) {
      const words = groups.length === 1 ? 'The group' : `None of ${groups.length} groups`
      const verb = groups.length === 1 ? 'is not' : 'is'
      return {
        outcome: 'pass',
        sentence: `${words} with films enough ${verb} surely below an AUROC of ${areaText(atLeast)}`,
      }
    }
    const names = low.map(({ by, group, auroc }) => `${by} ${group} (${rangeText(auroc)})`).join(', ')
    return { outcome: 'fail', sentence: `Surely below an AUROC of ${areaText(atLeast)}: ${names}` }
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
  readonly sentence: string
}

/** Of several findings those count that have films enough; the sentence is about those that let the gate fail. */
function eachFinding(
  findings: readonly FindingVerdict[],
  name: string,
  title: string,
  judge: (finding: FindingVerdict) => Said,
): Gate {
  const counted = findings.length > 1 ? findings.filter(({ counts }) => counts) : findings
  if (counted.length === 0) return gate(name, title, 'unknown', findings.length === 0 ? noModel : tooFew)
  const said = counted.map(finding => ({ target: finding.target, ...judge(finding) }))
  if (said.length === 1) return gate(name, title, said[0]!.outcome, said[0]!.sentence)
  const outcome = (['fail', 'unknown', 'pass'] as const).find(one => said.some(each => each.outcome === one))!
  const those = said.filter(each => each.outcome === outcome)
  const shown = outcome === 'pass' ? [] : those.slice(0, 5)
  const rest = outcome === 'pass' ? 0 : those.length - shown.length
  const count = `${those.length} of ${said.length} findings`
  const sentences = shown.map(({ target, sentence }) => `${target}: ${sentence}`)
  const sentence = [...sentences, ...(rest === 0 ? [] : [`and ${rest} more`])].join('. ')
  return gate(name, title, outcome, outcome === 'pass' ? `${count} keep it` : `${count}. ${sentence}`)
}
