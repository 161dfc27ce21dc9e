import { Problem } from '../../core/index.ts'
import { demandSuccess } from '../agent/remote-file.ts'
import type { Shell, ShellOptions } from '../shell.ts'
import { fetchThere, type Source } from './fetch-there.ts'
import { launchers } from './launchers.ts'

/** An image of Chestnut: its Node, and below "/app" its packages. */
export interface SentImage {
  /** For people. */
  readonly reference: string
  /** SHA-256 of its manifest. */
  readonly sha256: string
  /** The lowest first: tar by gzip. */
  readonly layers: readonly (Pick<Source, 'url'> & { readonly sha256: string })[]
  /** Bytes of all layers. */
  readonly size: number
  readonly authorization?: string | undefined
}

/**
 * Words: where it goes, a folder that is removed, the version that it must be, the texts of the programs, then file and SHA-256 of each
 * layer. Of the image's system only Node and the packages are kept, in the form of an archive; what a layer removes from those below it
 * stays.
 */
const unpack = `set -eu
umask 077
folder=$1 scratch=$2 version=$3 chestnut=$4 agent=$5 part=$2/part
shift 5
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$part/image" "$part/bin"
while [ $# -gt 0 ]; do
  echo "$2  $1" | sha256sum --check --status || exit 65
  tar -xzf "$1" -C "$part/image" --no-same-owner --no-same-permissions \\
    --no-anchored --exclude='.wh.*' --anchored --exclude='dev/*' --exclude='./dev/*'
  rm -f "$1"
  shift 2
done
for node in usr/local/bin/node usr/bin/node; do
  [ -e "$part/bin/node" ] || [ ! -f "$part/image/$node" ] || mv "$part/image/$node" "$part/bin/node"
done
[ -f "$part/bin/node" ] && [ -d "$part/image/app/node_modules/chestnut" ] || exit 66
mv "$part/image/app/node_modules" "$part/node_modules"
chmod -R u+w "$part/image"
rm -rf "$part/image"
printf %s "$chestnut" > "$part/chestnut"
printf %s "$agent" > "$part/chestnut-agent"
chmod 700 "$part/chestnut" "$part/chestnut-agent"
found=$("$part/chestnut" --version) || exit 67
[ "$found" = "$version" ] || { echo "$found"; exit 68; }
mv -T "$part" "$folder" 2> /dev/null || [ -d "$folder" ]`

/**
 * Has a machine get an image from its registry, and takes Chestnut out of it, unless it is there.
 *
 * @param folder of all versions on the machine
 * @param version that Chestnut must have there
 * @returns the folder in which it lies, as `sendArchive` lays it out
 */
export async function sendImage(
  shell: Shell,
  image: SentImage,
  folder: string,
  version: string,
  options: ShellOptions = {},
): Promise<string> {
  const place = `${folder}/${image.sha256.slice(0, 16)}`
  const bounds = { timeout: 120_000, ...options }
  const what = `Cannot use the image "${image.reference}" on "${shell.address.host}"`
  if ((await shell.run(['test', '-d', place], bounds)).status === 0) return place
  demandSuccess(await shell.run(['mkdir', '-p', '-m', '700', folder], bounds), what)
  const made = await shell.run(['mktemp', '-d', `${place}.XXXXXXXX`], bounds)
  demandSuccess(made, what)
  const scratch = made.lines[0] ?? ''
  const files = await fetchLayers(shell, image, scratch, options)
  if (files === undefined) {
    await shell.run(['rm', '-rf', scratch], bounds)
    throw new Problem(`${what}: it cannot get a layer from the registry`, {
      next: 'let the machine reach the registry without a password, or leave "machines.image" out',
    })
  }
  const words = [place, scratch, version, launchers.chestnut, launchers['chestnut-agent'], ...files]
  // A slow disk does five megabytes a second, and what is unpacked is three times as large.
  const longer = { ...bounds, timeout: bounds.timeout + (3 * image.size) / 5000 }
  const answer = await shell.run(['sh', '-c', unpack, 'sh', ...words], longer)
  const why = failures[answer.status]
  if (why !== undefined)
    throw new Problem(`${what}: ${why(answer.lines.join(' '), version)}`, {
      next: 'chestnut image build --push REGISTRY',
    })
  demandSuccess(answer, what)
  return place
}

/** @returns file and SHA-256 of each; undefined where one does not come */
async function fetchLayers(
  shell: Shell,
  { layers, authorization }: SentImage,
  folder: string,
  options: ShellOptions,
): Promise<readonly string[] | undefined> {
  const files: string[] = []
  for (const [index, { url, sha256 }] of layers.entries()) {
    const file = `${folder}/${index}.tar.gz`
    if (!(await fetchThere(shell, { url, authorization }, file, options))) return undefined
    files.push(file, sha256)
  }
  return files
}

const failures: Readonly<Record<number, (said: string, version: string) => string>> = {
  65: () => 'what arrived is not what its digest says',
  66: () => 'it holds no Node, or no Chestnut below "/app/node_modules"',
  67: () => 'its Chestnut does not start there',
  68: (said, version) => `it holds Chestnut "${said}", this is "${version}"`,
}
