import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { program } from '../src/cli/program.ts'
import { packageRoot } from '../src/core/index.ts'
import { projectFolder } from './project-folder.ts'

test('`chestnut --help` lists every command of the cycle', async () => {
  await using folder = await projectFolder()
  const { code, out } = await folder.chestnut('--help')
  assert.equal(code, 0)
  for (const name of [
    'init',
    'fetch',
    'explore',
    'prepare',
    'train',
    'evaluate',
    'publish',
    'predict',
    'serve',
    'deploy',
    'rollback',
    'import',
    'run',
    'demo',
  ]) {
    assert.match(out, new RegExp(`^  ${name} `, 'm'))
  }
})

test('an unknown command is refused with the nearest one', async () => {
  await using folder = await projectFolder()
  const { code, err } = await folder.chestnut('trian')
  assert.equal(code, 2)
  assert.match(err, /train/)
})

test('an unknown flag is refused with the nearest one', async () => {
  await using folder = await projectFolder()
  const { code, err } = await folder.chestnut('train', '--epoch', '3')
  assert.equal(code, 2)
  assert.match(err, /--epochs/)
})

test('a flag that wants a number refuses a word', async () => {
  await using folder = await projectFolder()
  const { code, err } = await folder.chestnut('train', '--epochs', 'many')
  assert.equal(code, 2)
  assert.match(err, /whole number/)
})

test('numbers out of range and flags that need another are misuse', async () => {
  await using folder = await projectFolder()
  const refusals = [
    [['train', '--epochs', '0'], /Wanted at least 1/],
    [['evaluate', '--folds', '1'], /Wanted at least 2/],
    [['evaluate', '--seeds', '3'], /Cannot use "--seeds"/],
    [['serve', '--port', '70000'], /between 0 and 65535/],
    [['predict'], /missing required argument/],
    [['predict', 'nowhere.png'], /Cannot predict "nowhere\.png": there is no such file or folder/],
    [['run', '--config', 'nowhere.ts'], /Cannot read the configuration "nowhere\.ts": there is no such file/],
    [['run', '--config', folder.path], /it is a folder, a file was wanted/],
  ] as const
  for (const [words, sentence] of refusals) {
    const { code, out, err } = await folder.chestnut(...words)
    assert.equal(code, 2, words.join(' '))
    assert.equal(out, '')
    assert.match(err, sentence)
  }
})

test('`--json` prints the record and nothing else; an error leaves stdout empty', async () => {
  const small = "export default { data: { kind: 'phantoms', patients: 20, size: 64 } }"
  await using folder = await projectFolder({ 'chestnut.config.ts': small })
  const { code, out } = await folder.chestnut('prepare', '--json')
  assert.equal(code, 0)
  const record = JSON.parse(out) as Record<string, unknown>
  assert.equal(record['format'], 'chestnut.run/1')
  assert.equal(record['stage'], 'prepare')
  const failed = await folder.chestnut('predict', 'chestnut.config.ts', '--json')
  assert.equal(failed.code, 1)
  assert.equal(failed.out, '')
})

test('`chestnut init` writes a configuration that the compiler accepts, and never overwrites one', async () => {
  await using folder = await projectFolder()
  await folder.succeeds('init')
  assert.ok(existsSync(folder.file('chestnut.config.ts')))
  await mkdir(folder.file('node_modules'))
  await symlink(packageRoot(), folder.file('node_modules/chestnut'))
  const compiler = join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc')
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', '--types', '']
  execFileSync(process.execPath, [compiler, ...flags, 'chestnut.config.ts'], { cwd: folder.path, stdio: 'inherit' })
  const again = await folder.chestnut('init')
  assert.equal(again.code, 2)
  assert.match(again.err, /it is there already/)
})

test('`chestnut prepare --split image` parts as the guide does, and says what that leaks', async () => {
  const small = "export default { data: { kind: 'phantoms', patients: 20, size: 64 } }"
  await using folder = await projectFolder({ 'chestnut.config.ts': small })
  assert.match((await folder.succeeds('prepare', '--split', 'image')).out, /leak rate 42\.9 %/)
  assert.match((await folder.succeeds('prepare')).out, /leak rate 0/)
})

test('an unknown key of the configuration is refused with the nearest one', async () => {
  await using folder = await projectFolder({ 'chestnut.config.ts': 'export default { sed: 1 }' })
  const { code, err } = await folder.chestnut('fetch')
  assert.equal(code, 2)
  assert.match(err, /"sed" is unknown, did you mean "seed"\?/)
})

test('a wrong value of the configuration is named with what it is', async () => {
  await using folder = await projectFolder({ 'chestnut.config.ts': 'export default { split: { test: 2 } }' })
  const { code, err } = await folder.chestnut('fetch')
  assert.equal(code, 2)
  assert.match(err, /"split\.test" is not right, it is 2/)
})

test('a configuration that does not compile gives a sentence, not a stack', async () => {
  await using folder = await projectFolder({ 'chestnut.config.ts': 'export default {\n' })
  const { code, err } = await folder.chestnut('fetch')
  assert.equal(code, 1)
  assert.match(err, /Cannot read the configuration ".*": Unexpected token in line 2, column 1/)
  assert.doesNotMatch(err, /\n\s+at /)
})

test('`chestnut predict` before any training says what to run first', async () => {
  await using folder = await projectFolder()
  await folder.write('film.png', 'no film')
  const { code, err } = await folder.chestnut('predict', 'film.png')
  assert.equal(code, 1)
  assert.match(err, /Cannot find the model "pneumonia": nothing has been published yet/)
  assert.match(err, /chestnut run/)
})

test('every command and flag in the README exists', async () => {
  await using folder = await projectFolder()
  const readme = await readFile(join(packageRoot(), 'README.md'), 'utf8')
  const commands = [...readme.matchAll(/npx chestnut ([a-z]+)([^#`\n]*)/g)]
  assert.ok(commands.length > 5)
  const groups = new Set(
    program()
      .commands.filter(({ commands: below }) => below.length > 0)
      .map(command => command.name()),
  )
  for (const [, name = '', rest = ''] of commands) {
    const words = groups.has(name) ? [name, rest.trim().split(' ')[0]!] : [name]
    const { code, out } = await folder.chestnut(...words, '--help')
    const said = words.join(' ')
    assert.equal(code, 0, said)
    assert.ok(out.startsWith(`Usage: chestnut ${said} `), said)
    for (const flag of rest.match(/--[a-z]+/g) ?? []) assert.ok(out.includes(flag), `${said} ${flag}`)
  }
})
