import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Problem, random, tarHeader } from '../../core/index.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import type { ArchiveContent } from './archive-entries.ts'
import { gzipBlocks } from './gzip-blocks.ts'
import { pack } from './pack.ts'

test('the same content makes the same bytes, wherever and whenever it lies; other content makes others', async context => {
  const [one, other] = [packageOf(context), packageOf(context, new Date(2020, 1, 1))]
  chmodSync(join(other.root, 'package.json'), 0o600)
  const first = await pack(one, temporaryFolder(context))
  const second = await pack(other, temporaryFolder(context))
  assert.deepEqual([second.content, second.sha256], [first.content, first.sha256])
  assert.deepEqual(readFileSync(second.path), readFileSync(first.path))
  writeFileSync(join(other.root, 'dist/src/cli/main.js'), 'changed')
  const third = await pack(other, temporaryFolder(context))
  assert.notEqual(third.content, first.content)
  const fourth = await pack({ ...one, project: { 'lock.json': Buffer.from('{}') } }, temporaryFolder(context))
  assert.notEqual(fourth.content, first.content)
})

test('what was packed is found again by its content', async context => {
  const folder = temporaryFolder(context)
  const content = packageOf(context)
  const first = await pack(content, folder)
  const old = new Date(2020, 1, 1)
  utimesSync(first.path, old, old)
  assert.deepEqual(await pack(content, folder), first)
  assert.equal(execFileSync('date', ['-r', first.path, '+%Y'], { encoding: 'utf8' }).trim(), '2020')
})

test('what travels is what the target reads: its own machine code, no maps, no types, no tests', async context => {
  const archive = await pack(packageOf(context), temporaryFolder(context))
  const own = 'node_modules/chestnut'
  assert.deepEqual(listed(archive.path), [
    '-rwxr-xr-x bin/node',
    '-rwxr-xr-x chestnut',
    '-rwxr-xr-x chestnut-agent',
    `-rw-r--r-- ${own}/assets/a.json`,
    `-rw-r--r-- ${own}/dist/src/cli/main.js`,
    ...natives('linux-x64').map(name => `-rw-r--r-- ${own}/node_modules/${name}/package.json`),
    `-rw-r--r-- ${own}/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/a.node`,
    `-rw-r--r-- ${own}/node_modules/onnxruntime-node/package.json`,
    `-rw-r--r-- ${own}/node_modules/plain/index.js`,
    `-rw-r--r-- ${own}/node_modules/plain/node_modules/nested/index.js`,
    `-rw-r--r-- ${own}/node_modules/plain/node_modules/nested/package.json`,
    `-rw-r--r-- ${own}/node_modules/plain/package.json`,
    `-rw-r--r-- ${own}/package.json`,
    `-rw-r--r-- ${own}/web/index.html`,
    '-rw-r--r-- project/chestnut.config.ts',
  ])
})

test('a target whose machine code is not here is refused with the command that brings it', async context => {
  const content = packageOf(context)
  const folder = temporaryFolder(context)
  const arm = { ...content, target: 'linux-arm64', node: node(context, 183) } as const
  await assert.rejects(pack(arm, folder), error => {
    assert.ok(error instanceof Problem)
    assert.match(
      error.message,
      /^Cannot pack for "linux-arm64": its machine code is not here, wanted "@duckdb\/node-b.*-arm64-gnu"$/,
    )
    assert.match(error.next ?? '', /^npm install --no-save --force @duckdb\/node-bindings-linux-arm64@1 @img\//)
    return true
  })
  await assert.rejects(pack({ ...arm, node: content.node }, folder), /is a program for x64, wanted a Node for arm64$/)
  await assert.rejects(pack({ ...content, node: join(content.root, 'package.json') }, folder), /is no Linux program/)
  const small = join(temporaryFolder(context), 'node')
  writeFileSync(small, readFileSync(content.node).subarray(0, 1000))
  await assert.rejects(pack({ ...content, node: small }, folder), /needs a library beside it/)
})

test('a package that is not compiled, or lacks one that it needs, is refused', async context => {
  const folder = temporaryFolder(context)
  const content = packageOf(context)
  write(content.root, 'node_modules/plain/package.json', JSON.stringify({ name: 'plain', dependencies: { gone: '1' } }))
  await assert.rejects(pack(content, folder), /"plain" needs "gone", which is not installed$/)
  const raw = packageOf(context)
  execFileSync('rm', ['-r', join(raw.root, 'dist/src/cli')])
  await assert.rejects(pack(raw, folder), /it is not compiled$/)
})

test('a compressed stream is the same however many blocks are worked on at once, and one that gzip reads', async () => {
  const bytes = Buffer.from(random(3, 'gzip').words(new Uint32Array(5000)).buffer)
  async function* chunks(size: number): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const whole = async (size: number, atOnce: number): Promise<Buffer> => {
    const parts: Uint8Array[] = []
    for await (const part of gzipBlocks(chunks(size), { block: 4096, atOnce })) parts.push(part)
    return Buffer.concat(parts)
  }
  const first = await whole(100, 1)
  assert.deepEqual(gunzipSync(first), bytes)
  for (const [size, atOnce] of [
    [100, 4],
    [4096, 2],
    [20_000, 100],
  ] as const)
    assert.deepEqual(await whole(size, atOnce), first)
})

test('a long path is parted where tar allows it, or refused', () => {
  const long = `${'folder/'.repeat(20)}${'n'.repeat(90)}`
  assert.equal(Buffer.from(tarHeader({ path: long, size: 1, isProgram: false })).toString('latin1', 345, 351), 'folder')
  assert.throws(() => tarHeader({ path: 'n'.repeat(101), size: 1, isProgram: false }), /its path is too long$/)
})

/** A package as npm lays it out, small. */
function packageOf(context: TestContext, time?: Date): ArchiveContent {
  const root = temporaryFolder(context)
  const optional = Object.fromEntries(
    [...natives('linux-x64'), ...natives('linux-arm64'), '@img/sharp-darwin-arm64', 'faster'].map(name => [name, '1']),
  )
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'chestnut',
      dependencies: { plain: '1', 'onnxruntime-node': '1' },
      optionalDependencies: optional,
      devDependencies: { compiler: '1' },
    }),
    'dist/src/cli/main.js': 'main',
    'dist/src/cli/main.js.map': 'map',
    'dist/src/cli/main.d.ts': 'types',
    'dist/src/cli/main.test.js': 'test',
    'dist/bench/run.js': 'bench',
    'src/cli/main.ts': 'source',
    'web/index.html': '<html>',
    'web/main.ts': 'source',
    'assets/a.json': '{}',
    'node_modules/compiler/package.json': '{}',
    'node_modules/plain/package.json': JSON.stringify({ name: 'plain', dependencies: { nested: '1' } }),
    'node_modules/plain/index.js': '',
    'node_modules/plain/README.md': '',
    'node_modules/plain/node_modules/nested/package.json': JSON.stringify({ name: 'nested' }),
    'node_modules/plain/node_modules/nested/index.js': '',
    'node_modules/faster/package.json': JSON.stringify({ name: 'faster' }),
    'node_modules/onnxruntime-node/package.json': JSON.stringify({ name: 'onnxruntime-node', os: ['linux', 'darwin'] }),
    'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/a.node': 'x64',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/a.node': 'arm64',
    'node_modules/onnxruntime-node/bin/napi-v6/darwin/arm64/a.node': 'darwin',
    'node_modules/@img/sharp-darwin-arm64/package.json': JSON.stringify({
      name: '@img/sharp-darwin-arm64',
      os: ['darwin'],
      cpu: ['arm64'],
    }),
  }
  for (const name of natives('linux-x64'))
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, os: ['linux'], cpu: ['x64'], libc: ['glibc'] })
  for (const [path, text] of Object.entries(files)) {
    write(root, path, text)
    if (time !== undefined) utimesSync(join(root, path), time, time)
  }
  return {
    target: 'linux-x64',
    root,
    node: node(context, 62),
    project: { 'chestnut.config.ts': Buffer.from('export default {}') },
  }
}

function natives(target: string): readonly string[] {
  return [
    `@duckdb/node-bindings-${target}`,
    `@img/sharp-libvips-${target}`,
    `@img/sharp-${target}`,
    `@resvg/resvg-js-${target}-gnu`,
  ]
}

/** As large as a Node, and with its first bytes. */
function node(context: TestContext, machine: number): string {
  const bytes = Buffer.alloc(40_000_000)
  bytes.writeUInt32BE(0x7f454c46, 0)
  bytes.writeUInt16LE(machine, 18)
  const path = join(temporaryFolder(context), 'node')
  writeFileSync(path, bytes)
  return path
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** Rights and path of each file, as tar reads it. */
function listed(path: string): readonly string[] {
  const out = execFileSync('tar', ['-tvzf', path], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  const lines = out.trim().split('\n')
  for (const line of lines) assert.match(line, / 0\/0 .* 1980-01-01 00:00 /)
  return lines.map(line => line.replace(/ .* /, ' '))
}
