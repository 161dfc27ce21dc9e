import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse, random } from '../core/index.ts'
import { BadFilm, type Film, film } from '../imaging/index.ts'
import { renderHtml, renderMarkdown } from '../report/index.ts'
import { explore } from './explore.ts'
import { intensityOf } from './explore-samples.ts'
import type { FilmRow, Split } from './film-row.ts'
import { grey } from './grey.test.fixture.ts'

const draws = random(7, 'rows')

/** 120 films of 60 patients; those with the target are AP nine times of ten. */
const rows: readonly FilmRow[] = Array.from({ length: 120 }, (_, i) => row(i))

function row(i: number): FilmRow {
  const patient = Math.floor(i / 2)
  const sick = patient % 2 === 0
  return {
    row: 1000 + i,
    name: `SECRET-${patient}_${i}.png`,
    path: `/secret/SECRET-${patient}_${i}.png`,
    patient: `SECRET-${patient}`,
    followUp: i % 2,
    age: i === 5 ? null : 20 + (patient % 50),
    sex: patient % 3 === 0 ? 'F' : 'M',
    view: draws.uniform() < (sick ? 0.9 : 0.1) ? 'AP' : 'PA',
    width: 2500,
    height: 2048,
    spacing: null,
    labels: { Pneumonia: sick ? 1 : 0, Infiltration: sick && i % 4 === 0 ? 1 : 0, 'No Finding': sick ? 0 : 1 },
    split: (['train', 'train', 'test', 'validation'] as const satisfies readonly Split[])[Math.floor(patient / 2) % 4]!,
    digest: '0'.repeat(64),
  }
}

const options = { target: 'Pneumonia', seed: 3, films: grey }

test('explore() counts films, patients, classes and companions', async () => {
  const { data } = await explore(rows, options)
  assert.deepEqual([data.films, data.patients, data.positives, data.negatives], [120, 60, 60, 60])
  assert.deepEqual(data.groups.all.sexes, { female: 40, male: 80, unknown: 0 })
  assert.equal(data.groups.all.ages.unknown, 1)
  assert.equal(
    data.groups.all.ages.counts.reduce((a, b) => a + b),
    119,
  )
  assert.deepEqual(data.cases, [
    { finding: 'No Finding', films: 60, alone: 60 },
    { finding: 'Pneumonia', films: 60, alone: 30 },
    { finding: 'Infiltration', films: 30, alone: 0 },
  ])
  assert.deepEqual(data.companions, [{ finding: 'Infiltration', films: 30, alone: 0 }])
  assert.deepEqual(data.filmsPerPatient, {
    most: 2,
    counts: [
      { films: '1', patients: 0 },
      { films: '2', patients: 60 },
    ],
  })
  assert.equal(
    data.parts.reduce((sum, part) => sum + part.films, 0),
    120,
  )
  assert.equal(data.leakRate, 0)
})

test('explore() warns of a view that tells the class', async () => {
  const { data, report } = await explore(rows, options)
  const view = data.shortcuts?.each.find(({ name }) => name === 'view')
  assert.ok(view && view.auroc.value > 0.8)
  const text = renderMarkdown(report)
  assert.match(text, /\[!WARNING\]\n> \*\*These films can be told apart without looking at them\.\*\*/)
  assert.match(
    text,
    /\*\*View\*\* scores 0\.\d\d .* AP are \d\d% of the films with Pneumonia against \d+% of the others/,
  )
})

test('explore() reports the share of test films whose patient is in training', async () => {
  const leaking = rows.map((film, i) => ({ ...film, split: i % 2 === 0 ? ('train' as const) : ('test' as const) }))
  const { data, report } = await explore(leaking, options)
  assert.equal(data.leakRate, 1)
  assert.match(renderMarkdown(report), /Training knows the test's patients\.\*\* 100% of the test films/)
})

test('no name, path or number of a patient stands in the data or in the page', async () => {
  const { data, report } = await explore(rows, options)
  assert.doesNotMatch(JSON.stringify(data), /SECRET/)
  assert.doesNotMatch(await renderHtml(report), /SECRET/)
  assert.doesNotMatch(renderMarkdown(report), /SECRET/)
})

test('explore() is the same for the same seed, and draws other films for another', async () => {
  const once = await explore(rows, options)
  const twice = await explore(rows, options)
  assert.equal(JSON.stringify(once.data), JSON.stringify(twice.data))
  assert.equal(await renderHtml(once.report), await renderHtml(twice.report))
  const other = await explore(rows, { ...options, seed: 4 })
  assert.notDeepEqual(
    other.data.samples.map(sample => sample.row),
    once.data.samples.map(sample => sample.row),
  )
})

test('a sample that cannot be read is counted and another is taken', async () => {
  let first = true
  const { data } = await explore(rows, {
    ...options,
    films: async film => {
      if (!first) return grey(film)
      first = false
      throw new BadFilm('its pixels are damaged or cut off')
    },
  })
  assert.equal(data.unreadable, 1)
  assert.equal(data.samples.length, 6)
})

test('an error that is not about one film is not taken for a bad film', async () => {
  const films = (): Promise<Film> => Promise.reject(new TypeError('broken'))
  await assert.rejects(explore(rows, { ...options, films }), TypeError)
})

test('pictures can be left out of the report', async () => {
  const { report } = await explore(rows, { ...options, pictures: false })
  assert.doesNotMatch(await renderHtml(report), /data:image\/png/)
})

test('a table that says nothing but findings gives a report all the same', async () => {
  const bare = rows.map(film => ({
    ...film,
    followUp: null,
    age: null,
    sex: null,
    view: null,
    width: null,
    height: null,
  }))
  for (const few of [bare, bare.slice(0, 3), bare.slice(0, 1)]) {
    const { data, report } = await explore(few, options)
    const page = await renderHtml(report)
    assert.doesNotMatch(page.replace(/base64,[^)"]+/g, ''), /NaN|Infinity|undefined|\bnull\b/)
    assert.equal(data.films, few.length)
  }
})

test('a target that no film has is refused with the nearest finding', async () => {
  await assert.rejects(explore(rows, { ...options, target: 'Pneumonai' }), (error: unknown) => {
    assert.ok(error instanceof Misuse)
    assert.match(error.message, /did you mean "Pneumonia"/)
    return true
  })
})

test('intensityOf() is a density on the scale of the film itself', () => {
  const flat = intensityOf(film(2, 2, Uint16Array.of(5, 5, 5, 5)))
  assert.ok(flat.density.every(Number.isFinite))
  const { edges, density } = intensityOf(film(2, 2, Uint16Array.of(0, 0, 65535, 65535)))
  const sum = density.reduce((total, value, i) => total + value * (edges[i + 1]! - edges[i]!), 0)
  assert.ok(Math.abs(sum - 1) < 1e-9)
})
