import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, noProgress, throwIfAborted } from '../core/index.ts'
import { encodePng, type PhantomFilm, phantomCohort } from '../imaging/index.ts'
import type { Collection } from './collection.ts'
import type { PhantomSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { fetchNih } from './nih.ts'
import { nihHeader } from './nih-header.ts'
import { labelsOf, labelTable, type PhantomTable, tableSpec } from './phantom-labels.ts'
import { fetchTable } from './table.ts'
import { wholeFolder } from './whole-folder.ts'

/** Raised when the generator draws other films for the same options, so that an old folder is not taken for a new one. */
const generation = 1

/** Films that are encoded side by side. */
const batch = 8

/** Draws phantoms into a folder named after their specification, in the form of the NIH's set. */
export async function fetchPhantoms(spec: PhantomSpec, options: FetchOptions): Promise<Collection> {
  const labels = labelsOf(spec)
  const drawn = {
    patients: spec.patients ?? 200,
    size: spec.size ?? 256,
    seed: spec.seed ?? 1,
    prevalence: spec.prevalence ?? (labels === undefined ? 0.5 : 0.12),
    shortcut: spec.shortcut ?? 'none',
  }
  const folder = join(options.folder, `phantoms-${digestOf({ ...drawn, ...labels, generation }).slice(0, 16)}`)
  const cohort = phantomCohort({ ...drawn, ...(labels && { findings: labels.findings }) })
  const table = labels === undefined ? nihTable : labelTable(labels, drawn.seed)
  await wholeFolder(folder, partial => draw(cohort, table, partial, drawn.patients, options))
  const collection =
    labels === undefined
      ? await fetchNih({ kind: 'nih', images: folder }, options)
      : await fetchTable(tableSpec(folder, labels.findings), options)
  return { ...collection, kind: 'phantoms' }
}

async function draw(
  cohort: Iterable<PhantomFilm>,
  { name, header, line }: PhantomTable,
  folder: string,
  patients: number,
  { progress = noProgress, signal }: FetchOptions,
): Promise<void> {
  await mkdir(join(folder, 'images'))
  const table = [header]
  const boxes = ['Image Index,Finding Label,Bbox [x,y,w,h],,,']
  const report = (done: number): void =>
    progress({ kind: 'progress', task: 'Drawing phantoms', done, total: patients, unit: 'patients' })
  let pending: Promise<void>[] = []
  for (const phantom of cohort) {
    table.push(line(phantom))
    boxes.push(...boxLines(phantom))
    pending.push(encodePng(phantom.film, { bits: 8 }).then(png => writeFile(join(folder, 'images', phantom.name), png)))
    if (pending.length < batch) continue
    await Promise.all(pending)
    pending = []
    report(phantom.patient)
    throwIfAborted(signal)
  }
  await Promise.all(pending)
  report(patients)
  await writeFile(join(folder, 'BBox_List_2017.csv'), `${boxes.join('\n')}\n`)
  await writeFile(join(folder, name), `${table.join('\n')}\n`)
}

/** With the empty twelfth column of the table of 2017, which the guide's own script counts on. */
const nihTable: PhantomTable = {
  name: 'Data_Entry_2017.csv',
  header: nihHeader,
  line: ({ name, findings, followUp, patient, age, sex, view, film }) =>
    [name, findings.join('|'), followUp, patient, age, sex, view, film.width, film.height, 0.143, 0.143, ''].join(','),
}

/** The NIH gives boxes on a film of 1024 pixels, whatever the size of the file. */
function boxLines({ name, boxes, film }: PhantomFilm): string[] {
  const scale = 1024 / film.width
  return boxes.map(({ finding, x, y, width, height }) =>
    [name, finding, ...[x, y, width, height].map(length => length * scale)].join(','),
  )
}
