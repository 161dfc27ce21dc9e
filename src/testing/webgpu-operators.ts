/**
 * What ONNX Runtime's WebGPU does not take of the operators that the reference knows, after Chestnut has written some of them
 * in others. A test compares with the device; docs/devices.md says the same.
 */
export const webGpuRefuses: Readonly<Record<string, string>> = {
  Cast: 'to and from float64',
  ConstantOfShape: 'of a shape that a run is given',
  ConvTranspose: 'in groups, with automatic padding or a stated shape',
  Div: 'of whole numbers of 64 bits',
  Einsum: 'always',
  LogSoftmax: 'before version 13',
  MaxPool: 'where the places of the maxima leave the graph',
  Mod: 'always',
  NonZero: 'always',
  Or: 'always',
  Range: 'of numbers that are not fixed in the graph',
  Size: 'where it leaves the graph',
  Xor: 'always',
}
