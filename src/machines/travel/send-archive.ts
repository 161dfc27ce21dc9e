import { Problem } from '../../core/index.ts'
import { demandSuccess } from '../agent/remote-file.ts'
import type { Shell, ShellOptions } from '../shell.ts'
import type { Archive } from './pack.ts'

/** Words: the file, its SHA-256, where it goes. What is there was unpacked whole, maybe just now by somebody else. */
const unpack = `set -eu
file=$1 digest=$2 folder=$3 part=$3.$$.part
there() { [ -e "$folder/chestnut" ]; }
there && exit 0
echo "$digest  $file" | sha256sum --check --status || { there && exit 0 || exit 65; }
mkdir "$part"
trap 'rm -rf "$part"' EXIT
tar -xzf "$file" -C "$part" --no-same-owner
mv -T "$part" "$folder" 2> /dev/null || there
rm -f "$file"`

/**
 * Brings an archive to a machine and unpacks it, unless it is there.
 *
 * @param folder of all archives on the machine
 * @returns the folder in which `chestnut` and `chestnut-agent` are
 */
export async function sendArchive(
  shell: Shell,
  archive: Archive,
  folder: string,
  options: ShellOptions = {},
): Promise<string> {
  const place = `${folder}/${archive.content.slice(0, 16)}`
  const bounds = { timeout: 120_000, ...options }
  const what = `Cannot unpack on "${shell.address.host}"`
  if ((await shell.run(['test', '-e', `${place}/chestnut`], bounds)).status === 0) return place
  demandSuccess(await shell.run(['mkdir', '-p', folder], bounds), what)
  const file = `${place}.tar.gz`
  await shell.upload(archive.path, file, bounds)
  const answer = await shell.run(['sh', '-c', unpack, 'sh', file, archive.sha256, place], bounds)
  if (answer.status === 65) throw new Problem(`${what}: what arrived is not what was sent`)
  demandSuccess(answer, what)
  return place
}
