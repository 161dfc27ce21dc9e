import { checkStamp, isJsonObject, Problem, stamp, textsFromJson } from '../core/index.ts'
import { type Choices, winogradIn } from '../train/index.ts'

/** choices.json: how convolutions were computed while training, layer by layer. No file where there was no choice. */
export function choicesFile(choices: Choices = {}): Readonly<Record<string, string>> {
  if (Object.keys(choices).length === 0) return {}
  return { 'choices.json': `${JSON.stringify({ format: stamp('choices', 1), choices }, null, 2)}\n` }
}

/** @throws Problem when it is no such file, or one of a newer Chestnut */
export function readChoices(json: string): Choices {
  const value: unknown = JSON.parse(json)
  if (!isJsonObject(value)) throw new Problem('Cannot read "choices.json": it is no JSON object')
  checkStamp(value['format'], 'choices', 1)
  const texts = textsFromJson(value['choices'])
  if (texts === undefined) throw new Problem('Cannot read "choices.json": its "choices" are missing')
  return texts
}

/** What a model's card says of it: two models may differ by nothing else. */
export function choicesProvenance(choices: Choices = {}): Readonly<Record<string, string>> {
  const layers = winogradIn(choices)
  return layers.length === 0 ? {} : { winograd: layers.join(' ') }
}
