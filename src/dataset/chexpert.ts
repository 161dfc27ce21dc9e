import { join, resolve } from 'node:path'
import type { Collection } from './collection.ts'
import type { ChexpertSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { fetchTable } from './table.ts'

/** As the header of `train.csv` and `valid.csv` has them. */
const findings: readonly string[] = [
  'No Finding',
  'Enlarged Cardiomediastinum',
  'Cardiomegaly',
  'Lung Opacity',
  'Lung Lesion',
  'Edema',
  'Consolidation',
  'Pneumonia',
  'Atelectasis',
  'Pneumothorax',
  'Pleural Effusion',
  'Pleural Other',
  'Fracture',
  'Support Devices',
]

/** CheXpert's own table: the patient stands in the path, and an empty cell is no label. */
export function fetchChexpert(spec: ChexpertSpec, options: FetchOptions): Promise<Collection> {
  const folder = resolve(options.base, spec.folder)
  return fetchTable(
    {
      kind: 'table',
      csv: join(folder, spec.table ?? 'train.csv'),
      images: folder,
      image: 'Path',
      patientInPath: 'patient\\d+',
      findings,
      view: 'AP/PA',
      sex: 'Sex',
      age: 'Age',
      ...(spec.lateral === true ? {} : { only: { 'Frontal/Lateral': ['Frontal'] } }),
    },
    options,
  )
}
