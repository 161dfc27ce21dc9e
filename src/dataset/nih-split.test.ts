import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { random } from '../core/index.ts'
import { groupedLabelParts } from '../statistics/index.ts'
import { needData, sharedData } from '../testing/needs.ts'

const nih = join('nih-cxr14', 'Data_Entry_2017_v2020.csv.gz')
const shares = [0.7, 0.2, 0.1]

/** Films of the NIH's set: their patients, and for each of the 14 findings 1 or 0. */
interface Films {
  readonly groups: readonly string[]
  readonly labels: readonly (readonly number[])[]
}

async function published(): Promise<readonly (readonly [patient: string, findings: ReadonlySet<string>])[]> {
  const text = gunzipSync(await readFile(sharedData(nih))).toString()
  const lines = text.trimEnd().split('\n').slice(1)
  return lines.map(line => {
    const cells = line.split(',')
    return [cells[3]!, new Set(cells[1]!.split('|'))]
  })
}

/** The mean over parts and findings of how far the share of a finding's films is from the wished one. */
function deviation({ labels }: Films, parts: ArrayLike<number>): number {
  const off = labels.flatMap(label => {
    const having = [...label.keys()].filter(i => label[i] === 1)
    if (having.length === 0) return []
    return shares.map((share, part) => Math.abs(having.filter(i => parts[i] === part).length / having.length - share))
  })
  return off.reduce((sum, value) => sum + value, 0) / off.length
}

/** The iterative stratification of Sechidis and others (2011), with patients in place of films. */
function iterative({ groups, labels }: Films, seed: number): number[] {
  const patients = random(seed, 'iterative').shuffle([...new Set(groups)])
  const counts = new Map(patients.map(patient => [patient, { films: 0, positives: labels.map(() => 0) }]))
  groups.forEach((group, i) => {
    const count = counts.get(group)!
    count.films++
    labels.forEach((label, l) => {
      count.positives[l]! += label[i]!
    })
  })
  const wanted = shares.map(share => ({
    films: share * groups.length,
    positives: labels.map(label => share * label.reduce((sum, value) => sum + value, 0)),
  }))
  const partOf = new Map<string, number>()
  const put = (patient: string, desire: (part: number) => number): void => {
    const [best] = [...shares.keys()].sort((a, b) => desire(b) - desire(a) || wanted[b]!.films - wanted[a]!.films)
    const { films, positives } = counts.get(patient)!
    partOf.set(patient, best!)
    wanted[best!]!.films -= films
    positives.forEach((count, l) => {
      wanted[best!]!.positives[l]! -= count
    })
  }
  for (;;) {
    const left = labels.map((_, l) => patients.filter(p => !partOf.has(p) && counts.get(p)!.positives[l]! > 0))
    const rarest = [...left.keys()]
      .filter(l => left[l]!.length > 0)
      .sort((a, b) => left[a]!.length - left[b]!.length)[0]
    if (rarest === undefined) break
    const most = (p: string): number => counts.get(p)!.positives[rarest]!
    for (const p of left[rarest]!.sort((a, b) => most(b) - most(a))) put(p, part => wanted[part]!.positives[rarest]!)
  }
  const rest = patients.filter(p => !partOf.has(p)).sort((a, b) => counts.get(b)!.films - counts.get(a)!.films)
  for (const p of rest) put(p, part => wanted[part]!.films)
  return groups.map(group => partOf.get(group)!)
}

test('on draws of the NIH’s patients the parts are nearer to the shares than iterative stratification has them', {
  skip: needData(nih),
}, async context => {
  const all = await published()
  const names = [...new Set(all.flatMap(([, findings]) => [...findings]))].filter(name => name !== 'No Finding')
  for (const patients of [275, 1374]) {
    const sums = [0, 0]
    for (let seed = 0; seed < 12; seed++) {
      const drawn = new Set(
        random(seed, 'patients')
          .shuffle([...new Set(all.map(([patient]) => patient))])
          .slice(0, patients),
      )
      const some = all.filter(([patient]) => drawn.has(patient))
      const films = {
        groups: some.map(([patient]) => patient),
        labels: names.map(name => some.map(([, findings]) => Number(findings.has(name)))),
      }
      sums[0]! += deviation(films, groupedLabelParts({ ...films, shares, seed }))
      sums[1]! += deviation(films, iterative(films, seed))
    }
    const [ours, theirs] = sums.map(sum => sum / 12)
    context.diagnostic(`${patients} patients: ${(100 * ours!).toFixed(2)} % against ${(100 * theirs!).toFixed(2)} %`)
    assert.ok(ours! < 0.85 * theirs!)
  }
})
