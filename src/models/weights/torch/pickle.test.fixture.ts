/** Instructions of a pickle, written as Python's pickletools names them. */
export const op = {
  global: (module: string, name: string): string => `c${module}\n${name}\n`,
  text: (value: string): string => `X${u32(value.length)}${value}`,
  int: (value: number): string => `J${u32(value)}`,
  put: (index: number): string => `r${u32(index)}`,
  get: (index: number): string => `j${u32(index)}`,
  mark: '(',
  tuple: 't',
  tuple1: '\x85',
  emptyTuple: ')',
  emptyList: ']',
  emptyDict: '}',
  append: 'a',
  appends: 'e',
  setItems: 'u',
  reduce: 'R',
  newObject: '\x81',
  build: 'b',
  persistent: 'Q',
} as const

function u32(value: number): string {
  return String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255)
}

/** A pickle of protocol 2. */
export function pickle(...parts: readonly string[]): Uint8Array {
  return Buffer.from(`\x80\x02${parts.join('')}.`, 'latin1')
}

/** A file as PyTorch wrote it before: magic number, protocol, the machine, the object, the keys of storages. */
export function torchStream(content: Uint8Array, keys: readonly string[] = [], littleEndian = true): Uint8Array {
  const order = littleEndian ? '\x88' : '\x89'
  return Buffer.concat([
    pickle('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19'),
    pickle('M\xe9\x03'),
    pickle(op.emptyDict, op.mark, op.text('little_endian'), order, op.setItems),
    content,
    pickle(op.emptyList, op.mark, ...keys.map(op.text), op.appends),
  ])
}

/** A tensor of float32 as torch.save describes it. */
export function tensorOps(
  key: string,
  length: number,
  { offset = 0, shape, strides }: { offset?: number; shape: readonly number[]; strides: readonly number[] },
): string {
  const sizes = (values: readonly number[]): string => `${op.mark}${values.map(op.int).join('')}${op.tuple}`
  const storage = [op.text('storage'), op.global('torch', 'FloatStorage'), op.text(key), op.text('cpu'), op.int(length)]
  return [
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.mark,
    op.mark,
    ...storage,
    op.tuple,
    op.persistent,
    op.int(offset),
    sizes(shape),
    sizes(strides),
    '\x89',
    op.emptyDict,
    op.tuple,
    op.reduce,
  ].join('')
}

/** A state dict with one tensor "w". */
export function stateOps(tensor: string): string {
  return [op.emptyDict, op.mark, op.text('w'), tensor, op.setItems].join('')
}
