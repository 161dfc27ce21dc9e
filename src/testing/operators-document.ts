import { differentiableOps } from '../autodiff/index.ts'
import { referenceOps } from '../engine/reference/reference-ops.ts'

/** What a gradient rule asks of its node beyond operators of version 13. */
const limits: Readonly<Record<string, string>> = {
  AveragePool: 'spatial sizes and channels are numbers',
  BatchNormalization: 'in training mode the statistics of the batch are computed by ReduceMean',
  Cast: 'between floating-point types; elsewhere the gradient ends',
  Clip: 'at a bound it passes to the value',
  Conv: 'spatial sizes are numbers',
  ConvTranspose: 'spatial sizes are numbers; no `output_shape`, no `auto_pad` other than NOTSET',
  DepthToSpace: 'for mode CRD channels, height and width are numbers',
  Dropout: 'outside training',
  Einsum: 'no letter twice in one term',
  Gather: 'version 16',
  GatherElements: 'version 16',
  GatherND: 'version 16; no batch_dims; the sizes that indices run over are numbers',
  GroupNormalization: 'channels are a number',
  LayerNormalization: 'the first output alone is used',
  Max: 'equal numbers share the gradient',
  MaxPool:
    'version 16 and row-major indices where windows overlap or leave gaps: the first of equal numbers takes the gradient; where they lie side by side, all of them share it',
  Min: 'equal numbers share the gradient',
  Pad: 'pads not below zero; constants and version 16 for edge, reflect and wrap',
  ReduceL1: 'axes are constants',
  ReduceL2: 'axes are constants',
  ReduceLogSum: 'axes are constants',
  ReduceLogSumExp: 'axes are constants',
  ReduceMax: 'axes are constants; equal numbers share the gradient',
  ReduceMean: 'axes are constants',
  ReduceMin: 'axes are constants; equal numbers share the gradient',
  ReduceProd: 'axes are constants',
  ReduceSum: 'axes are constants',
  ReduceSumSquare: 'axes are constants',
  Resize:
    'nearest, linear or cubic; all coordinate transformations; no `antialias`; resized axes are numbers, scales constants',
  ScatterElements: 'reduction none or add',
  ScatterND: 'reduction none or add',
  Slice: 'starts and steps are constants; version 16 and sizes that are numbers for steps other than 1',
  Tile: 'repeats are constants; at most one size is no number',
}

/** `docs/operators.md`, made from the tables of the reference and of the gradient rules. */
export function operatorsDocument(): string {
  const differentiable: ReadonlySet<string> = new Set(differentiableOps)
  const names = [...new Set([...Object.keys(referenceOps), ...differentiableOps])].sort()
  const rows = names.map(name => {
    const mark = (there: boolean): string => (there ? 'yes' : '–')
    return `| ${name} | ${mark(name in referenceOps)} | ${mark(differentiable.has(name))} | ${limits[name] ?? ''} |`
  })
  return `# Operators

Made by \`node scripts/operators.mjs\` from the tables in the code; a test compares.

Networks run on ONNX Runtime, which knows every standard operator. This page says which of them the float64 reference
computes, and which of them gradients pass through. Operators without a gradient may stand in parts that stay frozen.
Gradients need graphs that declare operators of version 13 or newer.

| operator | reference | gradient | what the gradient asks for |
|---|---|---|---|
${rows.join('\n')}
`
}
