import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Problem, packageRoot } from '../../../core/index.ts'
import { temporaryFolder } from '../../../testing/temporary-folder.ts'
import { zip } from '../../../testing/zip.ts'
import { readWeights } from '../read-weights.ts'
import { op, pickle, stateOps, tensorOps, torchStream } from './pickle.test.fixture.ts'

const numbers = new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer)

/** A file as PyTorch writes it since 1.6, around any pickle. */
function torchArchive(content: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  return zip([
    { name: 'x/data.pkl', content },
    { name: 'x/byteorder', content: 'little' },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `x/data/${key}`, content: bytes })),
  ])
}

async function refused(bytes: Uint8Array, reason: RegExp): Promise<void> {
  await assert.rejects(readWeights(bytes, 'x.pth'), (error: Error) => {
    assert.ok(error instanceof Problem, error.stack)
    assert.match(error.message, /^Cannot read the weights "x.pth": /)
    assert.match(error.message, reason)
    return true
  })
}

/** In the zip format and in the stream before it. */
async function refusedInBoth(content: Uint8Array, reason: RegExp): Promise<void> {
  await refused(torchArchive(content), reason)
  await refused(torchStream(content), reason)
}

test('a pickle that calls os.system is refused by name, and the command does not run', async context => {
  const folder = temporaryFolder(context)
  const proof = join(folder, 'executed')
  const args = [op.mark, op.text(`touch ${proof}`), op.tuple]
  for (const module of ['os', 'posix', 'nt']) {
    await refusedInBoth(pickle(op.global(module, 'system'), ...args, op.reduce), new RegExp(`"${module}.system"`))
    await refusedInBoth(pickle(op.global(module, 'system'), ...args, op.newObject), new RegExp(`"${module}.system"`))
    await refusedInBoth(
      pickle(op.text(module), op.text('system'), '\x93', ...args, op.reduce),
      new RegExp(`"${module}.system"`),
    )
  }
  // The same with an INST, an OBJ and a registered extension.
  await refusedInBoth(pickle(op.mark, op.text(`touch ${proof}`), 'ios\nsystem\n'), /the instruction 0x69/)
  await refusedInBoth(pickle(op.mark, op.global('a', 'b'), op.text('x'), 'o'), /the instruction 0x6f/)
  await refusedInBoth(pickle('\x82\x01'), /the instruction 0x82/)
  assert.equal(existsSync(proof), false, 'nothing was executed')
})

const callables: readonly (readonly [string, string])[] = [
  ['builtins', 'eval'],
  ['builtins', 'exec'],
  ['builtins', 'getattr'],
  ['__builtin__', '__import__'],
  ['subprocess', 'Popen'],
  ['importlib', 'import_module'],
  ['torch.hub', 'load'],
  ['torch', 'load'],
  ['torch.serialization', 'load'],
  ['torch._utils', '_rebuild_sparse_tensor'],
  ['torchxrayvision.models', 'DenseNet'],
  ['os.path', 'join'],
  ['constructor', 'constructor'],
  ['', '__proto__'],
]

for (const [module, name] of callables) {
  test(`a call of ${module}.${name} is refused by name`, async () => {
    const call = pickle(op.global(module, name), op.mark, op.text('1'), op.tuple, op.reduce)
    await refusedInBoth(call, new RegExp(`"${module}\\.${name}"`))
  })
}

test('the readers have nothing that could execute a file', () => {
  const folder = join(packageRoot(), 'src', 'models', 'weights')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !name.includes('.test.'),
  )
  assert.ok(sources.length > 20)
  for (const name of sources) {
    const text = readFileSync(join(folder, name), 'utf8')
    assert.doesNotMatch(text, /\beval\s*\(|new Function|\brequire\s*\(|child_process|node:vm|worker_threads/, name)
    const loaded = [...text.matchAll(/import\(([^)]*)\)/g)].map(match => match[1])
    assert.ok(
      loaded.every(module => module === "'yauzl'"),
      `${name} loads ${loaded.join()}`,
    )
  }
})

test('views are what their storage, offset and strides make of them', async () => {
  const read = async (view: { offset?: number; shape: readonly number[]; strides: readonly number[] }) => {
    const file = torchArchive(pickle(stateOps(tensorOps('0', 6, view))), { '0': numbers })
    return [...((await readWeights(file, 'x')).tensors['w']!.data as Float32Array)]
  }
  assert.deepEqual(await read({ shape: [2, 3], strides: [3, 1] }), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(await read({ shape: [3, 2], strides: [1, 3] }), [1, 4, 2, 5, 3, 6])
  assert.deepEqual(await read({ offset: 1, shape: [3], strides: [2] }), [2, 4, 6])
  assert.deepEqual(await read({ offset: 5, shape: [2, 1], strides: [0, 9] }), [6, 6])
  assert.deepEqual(await read({ offset: 6, shape: [0], strides: [1] }), [])
})

const views: readonly (readonly [string, RegExp, Parameters<typeof tensorOps>[2]])[] = [
  ['beyond the end', /reaches beyond its storage/, { shape: [7], strides: [1] }],
  ['beyond the end by an offset', /reaches beyond its storage/, { offset: 5, shape: [2], strides: [1] }],
  ['beyond the end by a stride', /reaches beyond its storage/, { shape: [3], strides: [3] }],
  ['with a negative offset', /makes no sense/, { offset: -1, shape: [1], strides: [1] }],
  ['with a negative stride', /makes no sense/, { offset: 5, shape: [6], strides: [-1] }],
  ['with a negative size', /makes no sense/, { shape: [-1, -6], strides: [1, 1] }],
  ['with a stride too few', /makes no sense/, { shape: [2, 3], strides: [1] }],
  ['of a gigantic size', /larger than the file can hold/, { shape: [2 ** 30], strides: [0] }],
  ['of a size that overflows', /larger than the file/, { shape: [2 ** 30, 2 ** 30, 2 ** 30], strides: [0, 0, 0] }],
  ['of too many dimensions', /makes no sense/, { shape: Array(65).fill(1), strides: Array(65).fill(1) }],
]

for (const [what, reason, view] of views) {
  test(`a view ${what} is refused`, async () => {
    const content = pickle(stateOps(tensorOps('0', 6, view)))
    await refused(torchArchive(content, { '0': numbers }), reason)
    const stream = Buffer.concat([torchStream(content, ['0']), Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]), numbers])
    await refused(stream, reason)
  })
}

test('a storage that is missing, or has another size than its tensor says, is refused', async () => {
  const whole = { shape: [6], strides: [1] }
  await refused(torchArchive(pickle(stateOps(tensorOps('0', 6, whole)))), /storage "0" is missing or has another size/)
  await refused(torchArchive(pickle(stateOps(tensorOps('0', 6, whole))), { '0': numbers.subarray(4) }), /another size/)
  await refused(torchStream(pickle(stateOps(tensorOps('0', 6, whole))), []), /lacks the storage "0"/)
  await refused(torchStream(pickle(stateOps(tensorOps('0', 6, whole))), ['1']), /nothing uses its storage "1"/)
})

test('a storage that is said to have two lengths is refused', async () => {
  const [whole, part] = [6, 3].map(length => tensorOps('0', length, { shape: [length], strides: [1] }))
  const content = pickle(op.emptyDict, op.mark, op.text('a'), whole!, op.text('b'), part!, op.setItems)
  await refused(torchArchive(content, { '0': numbers }), /storage "0" has two lengths/)
})

test('many views of one storage take no more memory than the file may', async () => {
  const views = Array.from({ length: 3000 }, (_, i) =>
    [op.text(`w${i}`), tensorOps('0', 6, { shape: [1000], strides: [0] })].join(''),
  )
  const content = pickle(op.emptyDict, op.mark, ...views, op.setItems)
  await refused(torchArchive(content, { '0': numbers }), /are larger than the file can hold/)
})

test('a memo that doubles thirty times is read in no time, and given as nothing', async () => {
  const doubled = Array.from({ length: 30 }, (_, i) =>
    [op.mark, op.get(i), op.get(i), op.tuple, op.put(i + 1)].join(''),
  )
  const module = pickle(
    op.global('a', 'Net'),
    op.emptyTuple,
    op.newObject,
    op.emptyDict,
    op.mark,
    op.text('_modules'),
    op.emptyDict,
    op.text('_parameters'),
    stateOps(tensorOps('0', 6, { shape: [6], strides: [1] })),
    op.text('bomb'),
    op.text('lol'),
    op.put(0),
    ...doubled.map(step => `0${step}`),
    op.setItems,
    op.build,
  )
  const { about, tensors } = await readWeights(torchArchive(module, { '0': numbers }), 'x')
  assert.deepEqual(Object.keys(tensors), ['w'])
  assert.deepEqual(about.module?.attributes, {})
})

test('a name that is a list doubled thirty times is refused in no time', async () => {
  const pop = '0'
  const doubled = Array.from({ length: 30 }, (_, i) =>
    [op.emptyList, op.mark, op.get(i), op.get(i), op.appends, op.put(i + 1), pop].join(''),
  )
  const list = [op.emptyList, op.put(0), pop, ...doubled, op.get(30)].join('')
  const start = performance.now()
  await refusedInBoth(pickle(list, op.text('x'), '\x93'), /a name was wanted/)
  await refusedInBoth(pickle(op.text('x'), list, '\x93'), /a name was wanted/)
  const key = [op.text('storage'), op.global('torch', 'FloatStorage'), list, op.text('cpu'), op.int(1)]
  await refusedInBoth(pickle(op.mark, ...key, op.tuple, op.persistent), /a name was wanted/)
  assert.ok(performance.now() - start < 1000)
})

test('lists and modules that contain themselves come to an end', async () => {
  const list = [op.emptyList, op.put(0), op.get(0), op.append].join('')
  await refusedInBoth(pickle(list), /holds no weights/)
  const state = [
    op.emptyDict,
    op.mark,
    op.text('_modules'),
    op.emptyDict,
    op.mark,
    op.text('me'),
    op.get(7),
    op.setItems,
  ]
  const module = [op.global('a', 'Net'), op.emptyTuple, op.newObject, op.put(7), ...state, op.setItems, op.build]
  await refusedInBoth(pickle(...module), /lead in circles/)
})

test('a hundred thousand nested tuples, and as many dictionaries, do not break the stack', async () => {
  await refusedInBoth(pickle(op.emptyTuple, op.tuple1.repeat(100_000)), /holds no weights/)
  await refusedInBoth(pickle('}'.repeat(100_000)), /holds no weights/)
})

test('a pickle that makes more than a million dictionaries is given up', async () => {
  await refused(torchArchive(pickle('}'.repeat(1_500_000))), /makes more than 1000000 values/)
})

test('numbers and texts that claim more than there is are damage', async () => {
  for (const claim of [
    'X\xff\xff\xff\x7f',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x8b\xff\xff\xff\x7f',
    'B\xff\xff\xff\xff',
  ]) {
    await refusedInBoth(pickle(claim), /damaged or was cut off/)
  }
  await refusedInBoth(pickle(`\x8b\xe8\x03\x00\x00${'\x01'.repeat(1000)}`), /an integer of 1000 bytes/)
  await refusedInBoth(pickle('h\x05'), /names a value that it did not make/)
  await refusedInBoth(pickle('0'), /lacks a value/)
  await refusedInBoth(pickle('t'), /lacks a mark/)
  await refusedInBoth(pickle('\x80\x06'), /newer protocol/)
})

test('other byte orders, TorchScript and archives that are none are refused', async () => {
  const content = pickle(stateOps(tensorOps('0', 6, { shape: [6], strides: [1] })))
  await refused(torchStream(content, ['0'], false), /big-endian machine/)
  const big = zip([
    { name: 'x/data.pkl', content },
    { name: 'x/byteorder', content: 'big' },
  ])
  await refused(big, /its numbers are big-endian/)
  const script = zip([
    { name: 'x/data.pkl', content },
    { name: 'x/constants.pkl', content },
  ])
  await refused(script, /TorchScript program/)
  await refused(zip([{ name: 'photo.png', content: 'x' }]), /a zip archive of neither PyTorch .* nor Keras/)
  const twice = zip([
    { name: 'x/data.pkl', content },
    { name: 'x/data.pkl', content },
  ])
  await refused(twice, /has "x\/data.pkl" twice/)
  await refused(
    zip([
      { name: 'a/data.pkl', content },
      { name: 'b/data.pkl', content },
    ]),
    /no pickle, or several/,
  )
})

test('an archive that unpacks to two hundred times its size, or lies about sizes, is refused', async () => {
  const bomb = zip([{ name: 'x/data.pkl', content: Buffer.alloc(1 << 22), deflate: true }])
  await refused(bomb, /unpacks to more than 200 times its size/)
  const liar = zip([{ name: 'x/data.pkl', content: Buffer.alloc(2000, 'ab'), deflate: true, size: 10 }])
  await refused(liar, /damaged or was cut off/)
})

test('a compressed archive is read like a stored one', async () => {
  const content = pickle(stateOps(tensorOps('0', 6, { shape: [6], strides: [1] })))
  const packed = zip([
    { name: 'x/data.pkl', content, deflate: true },
    { name: 'x/data/0', content: numbers, deflate: true },
  ])
  assert.deepEqual([...((await readWeights(packed, 'x')).tensors['w']!.data as Float32Array)], [1, 2, 3, 4, 5, 6])
})

test('a checkpoint with several sets of weights says which', async () => {
  const set = stateOps(tensorOps('0', 6, { shape: [6], strides: [1] }))
  const content = pickle(op.emptyDict, op.mark, op.text('generator'), set, op.text('critic'), set, op.setItems)
  await refused(torchArchive(content, { '0': numbers }), /several sets of weights: "generator", "critic"/)
})
