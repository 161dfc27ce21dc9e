import { Problem } from '../../core/index.ts'
import { demandSuccess } from '../agent/remote-file.ts'
import type { Shell, ShellOptions } from '../shell.ts'
import { fetchThere } from './fetch-there.ts'
import type { Archive } from './pack.ts'

/** Words: the file, its SHA-256, where it goes. What is there was unpacked whole, maybe just now by somebody else. */
const unpack = `set -eu
umask 077
file=$1 digest=$2 folder=$3 part=$3.$$.part
there() { [ -d "$folder" ]; }
there && exit 0
echo "$digest  $file" | sha256sum --check --status || { there && exit 0 || exit 65; }
mkdir "$part"
trap 'rm -rf "$part"' EXIT
tar -xzf "$file" -C "$part" --no-same-owner
mv -T "$part" "$folder" 2> /dev/null || there
rm -f "$file"`

export interface SendOptions extends ShellOptions {
  /** An address from which the machine can get the archive itself. A secret: no file and no process list shows it. */
  readonly link?: string
}

/**
 * Brings an archive to a machine and unpacks it, unless it is there. A machine that cannot follow the link is sent it.
 *
 * @param folder of all archives on the machine
 * @returns the folder in which its files are
 */
export async function sendArchive(
  shell: Shell,
  archive: Archive,
  folder: string,
  options: SendOptions = {},
): Promise<string> {
  const place = `${folder}/${archive.content.slice(0, 16)}`
  const { link, ...given } = options
  const bounds = { timeout: 120_000, ...given }
  const what = `Cannot unpack on "${shell.address.host}"`
  if ((await shell.run(['test', '-d', place], bounds)).status === 0) return place
  demandSuccess(await shell.run(['mkdir', '-p', '-m', '700', folder], bounds), what)
  const file = `${place}.tar.gz`
  if (link === undefined || !(await fetchThere(shell, { url: link }, file, given)))
    await shell.upload(archive.path, file, bounds)
  // A slow disk does five megabytes a second.
  const longer = { ...bounds, timeout: bounds.timeout + archive.size / 5000 }
  const answer = await shell.run(['sh', '-c', unpack, 'sh', file, archive.sha256, place], longer)
  if (answer.status === 65) throw new Problem(`${what}: what arrived is not what was sent`)
  demandSuccess(answer, what)
  return place
}
