import type { Attributes, Builder, Value } from '../../graph/index.ts'

/**
 * Adds a node whose output has exactly this name: the one under which the rest of a graph knows the value.
 * @param stated the output's type and shape, where they cannot be inferred
 */
export function nodeNamed(
  builder: Builder,
  output: string,
  op: string,
  inputs: readonly string[],
  attributes: Attributes = {},
  stated?: Omit<Value, 'name'>,
): string {
  builder.add({
    name: '',
    opset: builder.opset,
    inputs: [],
    weights: {},
    outputs: [],
    metadata: {},
    nodes: [{ op, inputs, outputs: [output], attributes }],
    ...(stated === undefined ? {} : { values: [{ ...stated, name: output }] }),
  })
  return output
}
