/** The forms in which convolutions are computed while training: layer → `direct` or `winograd`. */
export type Choices = Readonly<Record<string, string>>

/** The layers that are computed in Winograd's form. */
export function winogradIn(choices: Choices): readonly string[] {
  return Object.keys(choices).filter(layer => choices[layer] === 'winograd')
}
