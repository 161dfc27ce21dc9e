import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../core/index.ts'
import { type Acquisition, drawAcquisition } from './acquisition.ts'
import { drawAnatomy } from './anatomy.ts'
import { planCohort } from './cohort-plan.ts'
import { commonScanner } from './develop.ts'
import { type DrawnFilm, drawPhantom } from './draw-phantom.ts'
import { type Finding, findings } from './finding.ts'

const size = 96

/** A quiet, straight film of a patient, so that what differs was planted. */
function drawn(patient: number, planted: readonly Finding[]): DrawnFilm {
  const acquisition: Acquisition = {
    ...drawAcquisition(random(1, 'test', patient), 'PA'),
    noise: 0,
    shutter: undefined,
  }
  return drawPhantom(
    {
      anatomy: drawAnatomy(1, patient),
      acquisition,
      pneumonia: false,
      others: [],
      planted,
      plate: false,
      scanner: commonScanner,
    },
    size,
  )
}

const patients = Array.from({ length: 12 }, (_, i) => i + 1)
const well = new Map(patients.map(patient => [patient, drawn(patient, [])]))

/** How much brighter (or darker, below 0) each pixel is than on the same film without the finding; −1 to 1. */
function change(patient: number, film: DrawnFilm): number[] {
  const plain = well.get(patient)!.film.pixels
  return Array.from(film.film.pixels, (value, i) => (value - plain[i]!) / 65535)
}

for (const finding of findings) {
  test(`${finding} changes the film plainly, and mostly within its boxes`, () => {
    let strongest = 0
    for (const patient of patients) {
      const film = drawn(patient, [finding])
      assert.ok(film.boxes.length > 0)
      const off = change(patient, film).map(Math.abs)
      const total = off.reduce((sum, value) => sum + value, 0)
      const inside = off
        .filter((_, i) => film.boxes.some(box => contains(box, i)))
        .reduce((sum, value) => sum + value, 0)
      // Flatter diaphragms move the belly, below all lungs.
      assert.ok(inside / total > (finding === 'Emphysema' ? 0.35 : 0.7), `${inside / total} within the boxes`)
      strongest = Math.max(strongest, ...off)
      for (const box of film.boxes) {
        assert.equal(box.finding, finding)
        assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= size && box.y + box.height <= size)
      }
    }
    assert.ok(strongest > 0.08, `${strongest} of the grey levels at most`)
  })
}

function contains({ x, y, width, height }: DrawnFilm['boxes'][number], index: number): boolean {
  const column = index % size
  const row = Math.floor(index / size)
  return column >= x && column < x + width && row >= y && row < y + height
}

test('air is darker and fluid is brighter', () => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
  for (const patient of patients) {
    for (const dark of ['Pneumothorax', 'Emphysema'] as const) {
      const { lungs } = well.get(patient)!
      const inLung = change(patient, drawn(patient, [dark])).filter((_, i) => lungs[i]! > 0.9)
      assert.ok(mean(inLung) < 0, dark)
    }
    for (const bright of ['Edema', 'Effusion', 'Consolidation'] as const) {
      assert.ok(mean(change(patient, drawn(patient, [bright]))) > 0, bright)
    }
  }
})

test('each finding is what it is whatever else the film shows', () => {
  const together = drawn(3, ['Effusion', 'Mass', 'Pneumothorax'])
  assert.deepEqual(
    together.boxes.filter(({ finding }) => finding === 'Mass'),
    drawn(3, ['Mass']).boxes,
  )
})

test('each finding is on its share of the films, films of a patient agree, and many show several', () => {
  const films = [...planCohort({ seed: 5, patients: 3000, findings, prevalence: 0.12 })]
  for (const finding of findings) {
    const share = films.filter(film => film.findings.includes(finding)).length / films.length
    assert.ok(Math.abs(share - 0.12) < 0.02, `${finding} on ${share}`)
  }
  const several = films.filter(film => film.findings.length > 1).length / films.length
  assert.ok(several > 0.4 && several < 0.7, `${several} show several`)
  const none = films.filter(film => film.findings[0] === 'No Finding').length / films.length
  assert.ok(Math.abs(none - 0.88 ** 14) < 0.03, `${none} show none`)
  const pairs = films.flatMap((film, i) => (film.followUp > 0 ? [[film, films[i - 1]!] as const] : []))
  const has = (film: (typeof films)[number]): boolean => film.findings.includes('Mass')
  const again =
    pairs.filter(([film, before]) => has(film) && has(before)).length / pairs.filter(([film]) => has(film)).length
  assert.ok(again > 0.4, `${again} of those with a mass had it before`)
})
