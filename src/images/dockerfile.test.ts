import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse } from '../core/index.ts'
import { contextFiles, dockerfile, dockerignore } from './dockerfile.ts'
import type { ImageFacts } from './facts.ts'
import { lockFacts } from './lock-facts.ts'

const facts: ImageFacts = {
  name: 'lungs',
  chestnut: '0.1.0',
  onnxRuntime: '1.30.0',
  archives: ['chestnut-0.1.0.tgz'],
  hasConfig: true,
  device: 'cpu',
}

test('the base has no default: whoever builds names it', () => {
  for (const device of ['cpu', 'gpu'] as const) {
    const text = dockerfile({ ...facts, device })
    for (const [, from = ''] of text.matchAll(/^FROM (\S+)/gm)) assert.match(from, /^\$\{(GPU_)?BASE\}$/)
    assert.match(text, /^ARG BASE$/m)
    assert.doesNotMatch(text, /:latest/)
  }
})

test('nothing runs as root, through a shell, or by a script of a package', () => {
  const text = dockerfile(facts)
  const last = text.slice(text.lastIndexOf('FROM '))
  assert.match(last, /^USER 65532:65532$/m)
  assert.doesNotMatch(last, /^RUN /m)
  for (const word of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK .* CMD'])
    assert.match(last, new RegExp(`^${word} \\[".*"\\]$`, 'm'))
  assert.match(text, /npm ci --omit=dev --ignore-scripts/)
})

test('a builder sees the files of the image alone', () => {
  const files = ['package.json', 'package-lock.json', 'chestnut-0.1.0.tgz', 'chestnut.config.ts']
  assert.deepEqual(contextFiles(facts), files)
  assert.equal(dockerignore(facts), `*\n${files.map(name => `!${name}\n`).join('')}`)
})

test('with CUDA its libraries are of the pinned ONNX Runtime, and their digest is asked for', () => {
  const text = dockerfile({ ...facts, device: 'gpu' })
  assert.match(text, /^ARG CUDA_PROVIDER_SHA256$/m)
  assert.match(text, /Microsoft\.ML\.OnnxRuntime\.Gpu\.Linux\/1\.30\.0/)
  assert.match(text, /"--device","cuda"/)
  assert.doesNotMatch(dockerfile(facts), /cuda/i)
})

test('a lock file tells versions and packages that are files; without one, or without Chestnut, a sentence', () => {
  const packages = {
    'node_modules/chestnut': { version: '0.1.0', resolved: 'file:chestnut-0.1.0.tgz' },
    'node_modules/onnxruntime-node': { version: '1.30.0', resolved: 'https://registry/onnxruntime-node.tgz' },
  }
  const { chestnut, onnxRuntime, archives } = facts
  assert.deepEqual(lockFacts('.', JSON.stringify({ packages })), { chestnut, onnxRuntime, archives })
  assert.throws(() => lockFacts('.', undefined), Misuse)
  assert.throws(() => lockFacts('.', '{}'), /its "package-lock.json" does not pin "chestnut"/)
})
