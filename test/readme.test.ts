import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { packageRoot } from '../src/core/index.ts'
import { needData, sharedData } from '../src/testing/needs.ts'
import { commandLine, projectFolder } from './project-folder.ts'

const run = promisify(execFile)
let blocks: readonly (readonly string[])[]

/** The commands of each block of the README, without their comments. */
before(async () => {
  const readme = await readFile(join(packageRoot(), 'README.md'), 'utf8')
  blocks = [...readme.matchAll(/^```\n(.*?)^```$/gms)].map(([, text = '']) =>
    text
      .split('\n')
      .map(line => line.replace(/\s+#.*$/, ''))
      .filter(line => line !== ''),
  )
})

function blockWith(command: string): readonly string[] {
  const block = blocks.find(lines => lines.some(line => line.includes(command)))
  assert.ok(block, `The README has no block with "${command}"`)
  return block
}

const skip = needData('nih-cxr14') || needData('backbones')

test('the real job runs as the README writes it', { skip, timeout: 300_000 }, async () => {
  await using folder = await projectFolder()
  await copyFile(join(packageRoot(), 'examples', 'nih', 'chestnut.config.ts'), folder.file('chestnut.config.ts'))
  const [film = ''] = await readdir(sharedData('nih-cxr14', 'originals'))
  await copyFile(sharedData('nih-cxr14', 'originals', film), folder.file('FILM.png'))
  const environment = {
    ...process.env,
    NIH_DIR: sharedData('nih-cxr14'),
    BACKBONE: sharedData('backbones', 'mobilenet_v1_block12.onnx'),
  }
  const outputs: string[] = []
  for (const line of blockWith('npx chestnut evaluate --folds 5')) {
    const words = line.split(' ')
    if (words[0] !== 'npx' || words[2] === 'serve') continue
    const { stdout } = await run(process.execPath, [commandLine, ...words.slice(2)], {
      cwd: folder.path,
      env: environment,
    })
    outputs.push(stdout)
  }
  const all = outputs.join('\n')
  const found = /AUROC (0\.\d+) .*5 folds by patient/.exec(all)
  assert.ok(Number(found?.[1]) >= 0.915, all)
  assert.match(all, /FILM\.png {2}(No )?Pneumonia/)
})

test('a folder a class becomes a model as the README writes it', { timeout: 120_000 }, async () => {
  await using source = await projectFolder()
  await using folder = await projectFolder()
  await source.write(
    'chestnut.config.ts',
    `import { defineConfig, phantoms } from 'chestnut'\nexport default defineConfig({ data: phantoms({ patients: 60, size: 96 }) })\n`,
  )
  await source.succeeds('prepare')
  await sortByClass(source.path, folder.file('FOLDER'))
  const commands = blockWith('npx chestnut init --data FOLDER').filter(line => line.startsWith('npx'))
  assert.equal(commands.length, 2)
  for (const line of commands) {
    const { code, err } = await folder.chestnut(
      ...line.split(' ').slice(2),
      ...(line.endsWith('run') ? ['--json'] : []),
    )
    assert.equal(code, 0, err)
  }
})

/** Copies films into `NORMAL` and `PNEUMONIA`, as many projects keep them. */
async function sortByClass(project: string, into: string): Promise<void> {
  const [header = '', ...lines] = (await readFile(join(project, 'out/manifest.csv'), 'utf8')).trim().split('\n')
  const names = header.split(',')
  await mkdir(join(into, 'NORMAL'), { recursive: true })
  await mkdir(join(into, 'PNEUMONIA'), { recursive: true })
  for (const line of lines) {
    const cells = line.split(',')
    const positive = cells[names.indexOf('Pneumonia')] === '1'
    const name = cells[names.indexOf('Image_Index')] ?? ''
    await copyFile(
      resolve(project, cells[names.indexOf('path')] ?? ''),
      join(into, positive ? 'PNEUMONIA' : 'NORMAL', name),
    )
  }
}
