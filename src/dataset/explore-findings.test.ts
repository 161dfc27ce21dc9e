import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { BadFilm } from '../imaging/index.ts'
import { renderHtml, renderMarkdown } from '../report/index.ts'
import { exploreFindings } from './explore-findings.ts'
import type { FilmRow, Split } from './film-row.ts'
import { grey } from './grey.test.fixture.ts'

/** 120 films of 60 patients. Mass is AP nine times of ten; Edema stands beside Mass only, is not labelled on a third and uncertain on some. */
const draws = random(7, 'findings')
const rows: readonly FilmRow[] = Array.from({ length: 120 }, (_, i) => {
  const patient = Math.floor(i / 2)
  const mass = patient % 2 === 0 ? 1 : 0
  const uncertain = i % 12 === 4 ? { uncertain: ['Edema'] } : {}
  return {
    row: 1000 + i,
    name: `SECRET-${patient}_${i}.png`,
    path: `/secret/SECRET-${patient}_${i}.png`,
    patient: `SECRET-${patient}`,
    followUp: null,
    age: 20 + (patient % 50),
    sex: patient % 3 === 0 ? 'F' : 'M',
    view: draws.uniform() < (mass === 1 ? 0.9 : 0.1) ? 'AP' : 'PA',
    width: null,
    height: null,
    spacing: null,
    labels: {
      Mass: mass,
      Edema: i % 3 === 0 || i % 12 === 4 ? null : mass === 1 && i % 2 === 0 ? 1 : 0,
      'No Finding': mass === 1 ? 0 : 1,
    },
    ...uncertain,
    split: (['train', 'train', 'test', 'validation'] as const satisfies readonly Split[])[Math.floor(patient / 2) % 4]!,
    digest: '0'.repeat(64),
  }
})

const options = { targets: ['Mass', 'Edema'], seed: 3, films: grey }

test('exploreFindings() counts the films of each finding, and those that are uncertain or not labelled', async () => {
  const { data } = await exploreFindings(rows, options)
  const [mass, edema] = data.findings
  assert.deepEqual([mass?.positives, mass?.negatives, mass?.uncertain, mass?.unlabelled], [60, 60, 0, 0])
  assert.equal(edema!.positives + edema!.negatives + edema!.uncertain + edema!.unlabelled, 120)
  assert.deepEqual([edema?.uncertain, edema?.unlabelled], [10, 40])
  assert.deepEqual(data.together, [
    [60, edema!.positives],
    [edema!.positives, edema!.positives],
  ])
  assert.equal(edema?.alone, 0)
  const parts = Object.values(mass?.parts ?? {}).reduce((sum, films) => sum + films, 0)
  assert.equal(parts, 60)
})

test('exploreFindings() warns of the finding that the view gives away', async () => {
  const { report } = await exploreFindings(rows, options)
  const text = renderMarkdown(report)
  assert.match(text, /told without looking at a film\.\*\*/)
  assert.match(text, /- \*\*Mass\*\*: view 0\.\d\d/)
})

test('exploreFindings() does not warn of what chance alone gives among many scores', async () => {
  const draw = random(6, 'chance')
  const targets = Array.from({ length: 14 }, (_, k) => `F${k}`)
  const drawn = rows.map(row => ({
    ...row,
    view: draw.uniform() < 0.5 ? ('AP' as const) : ('PA' as const),
    labels: Object.fromEntries(targets.map(target => [target, draw.uniform() < 0.2 ? (1 as const) : (0 as const)])),
  }))
  const { data, report } = await exploreFindings(drawn, { ...options, targets })
  const one = data.findings.flatMap(({ shortcuts }) => shortcuts?.each ?? [])
  assert.ok(
    one.some(({ auroc }) => auroc.value >= 0.6 && auroc.low > 0.5),
    'some score looks telling by itself',
  )
  assert.match(renderMarkdown(report), /Nothing in the table gives a finding away/)
})

test('exploreFindings() shows a film of each finding, and takes another where one cannot be read', async () => {
  let first = true
  const { data } = await exploreFindings(rows, {
    ...options,
    films: async film => {
      if (!first) return grey(film)
      first = false
      throw new BadFilm('its pixels are damaged or cut off')
    },
  })
  assert.equal(data.unreadable, 1)
  assert.deepEqual(
    data.samples.map(({ target }) => target),
    ['Mass', 'Edema'],
  )
  assert.equal(new Set(data.samples.map(({ row }) => row)).size, 2)
})

test('no name, path or number of a patient stands in what exploreFindings() gives, and the same seed gives the same', async () => {
  const { data, report } = await exploreFindings(rows, options)
  const page = await renderHtml(report)
  assert.doesNotMatch(JSON.stringify(data), /SECRET/)
  assert.doesNotMatch(page, /SECRET/)
  assert.equal(await renderHtml((await exploreFindings(rows, options)).report), page)
})

test('a table that says little gives a page all the same', async () => {
  const bare = rows.map(row => ({ ...row, age: null, sex: null, view: null }))
  for (const few of [bare, bare.slice(0, 3)]) {
    const page = await renderHtml((await exploreFindings(few, options)).report)
    assert.doesNotMatch(page.replace(/base64,[^)"]+/g, ''), /NaN|Infinity|undefined|\bnull\b/)
  }
})
