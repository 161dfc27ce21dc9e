import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

/** A shell in a mount namespace of its own may mount what it likes, and the mounts go with it. */
const shell = ['-rm', 'sh', '-c']
const skip =
  spawnSync('unshare', [...shell, 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' }).status === 0
    ? false
    : 'needs mount namespaces: run as root, or allow them to users with "sysctl kernel.unprivileged_userns_clone=1"'

const separate = tinyConfig.replace('data:', "store: 'state',\n  output: 'results',\n  data:")

async function project(): Promise<ProjectFolder> {
  const folder = await projectFolder({ 'chestnut.config.ts': separate })
  await Promise.all(['state', 'results'].map(name => mkdir(folder.file(name))))
  return folder
}

/** Runs a shell script in a project; `chestnut` in it is ours. */
function inNamespace(folder: ProjectFolder, script: string): string {
  const line = `chestnut() { "${process.execPath}" "${commandLine}" "$@" 2>&1; echo "code $?"; }\n${script}`
  const { stdout, stderr, status } = spawnSync('unshare', [...shell, line], { cwd: folder.path, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stdout, /defect|\n\s+at /)
  return stdout
}

test('a full disk is a sentence, and the same command goes on once there is space', { skip }, async () => {
  await using folder = await project()
  const said = inNamespace(
    folder,
    'mount -t tmpfs -o size=400k t state; chestnut run; mount -o remount,size=900k state; chestnut run; mount -o remount,size=8m state; chestnut run',
  )
  assert.equal(said.match(/error Cannot .*: the disk is full\n(?:next: .*\n)?code 1/g)?.length, 2)
  assert.match(said, /version 1, now in production\n(?:.*\n)*code 0\n$/)
})

test('a full disk under the checkpoints is a warning: the training comes to its end', { skip }, async () => {
  await using folder = await project()
  await mkdir(folder.file('state/checkpoints'))
  const said = inNamespace(folder, 'mount -t tmpfs -o size=4k t state/checkpoints; chestnut train')
  assert.match(said, /warning Cannot write ".*": the disk is full\. If the training is stopped, /)
  assert.match(said, /best epoch \d of 3(?:.*\n)*code 0\n$/)
})

test('a full disk under the results leaves none of them half-written', { skip }, async () => {
  await using folder = await project()
  const said = inNamespace(
    folder,
    'mount -t tmpfs -o size=300k t results; chestnut run; mkdir seen; cp results/* seen; ls -A results',
  )
  assert.match(said, /error Cannot write ".*results\/explore\.\w+": the disk is full\ncode 1/)
  for (const name of await readdir(folder.file('seen'))) {
    if (name.endsWith('.json')) JSON.parse(await readFile(folder.file(join('seen', name)), 'utf8'))
    else assert.match(await readFile(folder.file(join('seen', name)), 'utf8'), /<\/html>\s*$/)
  }
  assert.doesNotMatch(said, /\.tmp/)
})

test('read-only folders are a sentence; a finished project can still be asked', { skip }, async () => {
  await using folder = await project()
  const readOnly = (name: string): string => `mount --bind ${name} ${name}; mount -o remount,ro,bind ${name}`
  const fresh = inNamespace(
    folder,
    `${readOnly('state')}; chestnut run; ${readOnly('results')}; umount state; chestnut run`,
  )
  assert.match(fresh, /error Cannot make the folder ".*state\/data": the file system is read-only\ncode 1/)
  assert.match(fresh, /error Cannot write ".*results\/collection\.json": the file system is read-only\ncode 1/)
  await folder.succeeds('run')
  const film = 'state/data/*/images/00000001_000.png'
  const asked = inNamespace(folder, `${readOnly('state')}; ${readOnly('results')}; chestnut predict ${film}`)
  assert.match(asked, /Pneumonia .*\nPneumonia: Not calibrated .*\ncode 0\n$/)
})
