import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTensors, fixture, type Wanted, wantedIn } from '../fixtures.test.fixture.ts'
import { readWeights } from '../read-weights.ts'

interface WantedFile {
  readonly tensors: Wanted
  readonly className?: string
  readonly pathologies?: readonly string[]
  readonly children?: readonly string[]
}

const wanted = wantedIn<WantedFile>('torch.json')

for (const file of Object.keys(wanted).filter(name => name.endsWith('.pth'))) {
  test(`${file} gives the tensors that PyTorch reads from it`, async () => {
    const { format, tensors } = await readWeights(fixture(file), file)
    assert.equal(format, 'pytorch')
    assertTensors(tensors, wanted[file]!.tensors)
  })
}

test('floats become float32, integers and truth values stay what they are', async () => {
  const { tensors } = await readWeights(fixture('state.pth'), 'state.pth')
  const dtypes = Object.fromEntries(Object.entries(tensors).map(([name, { dtype }]) => [name, dtype]))
  for (const name of ['double', 'half', 'brain', 'whole']) assert.equal(dtypes[name], 'float32')
  assert.equal(dtypes['steps'], 'int64')
  assert.equal(dtypes['signs'], 'bool')
  assert.equal(dtypes['unsigned'], 'uint16')
})

test('tensors that share a storage are views of one array', async () => {
  const { tensors } = await readWeights(fixture('state.pth'), 'state.pth')
  const [whole, tied] = [tensors['whole']!.data, tensors['tied']!.data] as Float32Array[]
  assert.equal(whole!.buffer, tied!.buffer)
  assert.equal(whole!.byteOffset, tied!.byteOffset)
})

for (const file of ['module.pth', 'module-stream.pth']) {
  test(`${file}: a whole module comes as data, with its class, its plain attributes and its children`, async () => {
    const { module } = (await readWeights(fixture(file), file)).about
    const { className, pathologies, children } = wanted[file]!
    assert.equal(module?.className, className)
    assert.deepEqual(module?.attributes['pathologies'], pathologies)
    assert.equal(module?.attributes['training'], true)
    assert.equal(module?.attributes['numbers'], undefined, 'an array of NumPy is no plain data')
    assert.equal(module?.attributes['nested'], undefined, 'a class is no plain data')
    assert.deepEqual(Object.keys(module?.children ?? {}), children)
    const convolution = module?.children['features']?.children['conv0']
    assert.equal(convolution?.className, 'torch.nn.modules.conv.Conv2d')
    assert.deepEqual(convolution?.attributes['stride'], [2, 2])
  })
}
