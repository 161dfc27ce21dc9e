import { differentiableOps } from '../autodiff/index.ts'
import { referenceOps } from '../engine/reference/reference-ops.ts'

/** What a gradient rule asks of its node beyond operators of version 13. */
const limits: Readonly<Record<string, string>> = {
  AveragePool: 'spatial sizes and channels are numbers',
  BatchNormalization: 'inference form',
  Cast: 'between floating-point types; elsewhere the gradient ends',
  Clip: 'for the value, not for the bounds; passes at a bound',
  Conv: 'spatial sizes are numbers',
  ConvTranspose: 'spatial sizes are numbers; no `output_shape`, no `auto_pad`',
  Dropout: 'outside training',
  Gather: 'version 16',
  Max: 'equal numbers share the gradient',
  MaxPool: 'version 16; row-major indices; the first of equal numbers takes the gradient',
  Min: 'equal numbers share the gradient',
  Pad: 'pads are constants, not below zero; version 16 for edge, reflect and wrap',
  ReduceMax: 'axes are constants; equal numbers share the gradient',
  ReduceMean: 'axes are constants',
  ReduceMin: 'axes are constants; equal numbers share the gradient',
  ReduceSum: 'axes are constants',
  Slice: 'starts, ends and steps are constants, sizes numbers; version 16 for steps other than 1',
  Tile: 'repeats are constants',
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
