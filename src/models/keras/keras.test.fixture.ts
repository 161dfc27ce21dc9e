import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../core/index.ts'
import { readWeights } from '../weights/read-weights.ts'
import { parseKerasModel } from './keras-config.ts'
import type { KerasSource } from './keras-graph.ts'

export function fixtureBytes(path: string): Buffer {
  return readFileSync(join(packageRoot(), 'src', 'models', 'keras', 'fixtures', path))
}

export function fixtureJson(path: string): unknown {
  return JSON.parse(fixtureBytes(path).toString())
}

/** The model that fixtures/guide.py builds and saves as the guide does. */
export async function guideSource(): Promise<KerasSource> {
  const subject = 'my_model.json'
  return {
    model: parseKerasModel(fixtureJson('guide/my_model.json'), subject),
    weights: await readWeights(fixtureBytes('guide/best.model.hdf5'), 'best.model.hdf5'),
    subject,
  }
}
