/** The forms in which convolutions are computed while training: layer → `direct` or `winograd`. */
export type Choices = Readonly<Record<string, string>>

/** The layers that have a form. */
export function layersIn(choices: Choices, form: string): ReadonlySet<string> {
  return new Set(Object.keys(choices).filter(layer => choices[layer] === form))
}
