import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Problem } from '../../core/index.ts'
import { launchers } from './launchers.ts'
import { type PackageFolder, packageFolders } from './package-folders.ts'
import { architectureOf, checkNode, type Target } from './target.ts'

/** One file of an archive. */
export interface ArchiveEntry {
  /** With slashes. */
  readonly path: string
  /** Where its bytes are, or the bytes. */
  readonly from: string | Uint8Array
  readonly isProgram: boolean
}

export interface ArchiveContent {
  readonly target: Target
  /** The folder of this package, with its own or its neighbours' `node_modules`. */
  readonly root: string
  /** The Node that travels: one for the target. */
  readonly node: string
  /** Further files by name, such as the configuration and the lock file: they come to lie in the folder "project". */
  readonly project: Readonly<Record<string, Uint8Array>>
}

/** All that a machine needs which has nothing: `./chestnut` is the command line, `./chestnut-agent` the agent. Sorted by path. */
export async function archiveEntries(content: ArchiveContent): Promise<readonly ArchiveEntry[]> {
  const { target, root, node, project } = content
  await checkNode(node, target)
  const [own, ...others] = packageFolders(root, target)
  const entries: ArchiveEntry[] = [
    { path: 'bin/node', from: node, isProgram: true },
    ...Object.entries(launchers).map(([path, text]) => ({ path, from: Buffer.from(text), isProgram: true })),
    ...Object.entries(project).map(([name, bytes]) => ({ path: `project/${name}`, from: bytes, isProgram: false })),
    ...(await ownFiles(own!)),
  ]
  for (const one of others) entries.push(...(await filesOf(one, content)))
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What the published package holds, without what only compilers and debuggers read. */
async function ownFiles({ folder }: PackageFolder): Promise<readonly ArchiveEntry[]> {
  const [compiled, pages, assets] = await Promise.all([
    walk(folder, 'dist'),
    walk(folder, 'web'),
    walk(folder, 'assets'),
  ])
  const files = [
    'package.json',
    ...compiled.filter(path => /^dist\/(src|web)\//.test(path) && !path.includes('.test.')),
    ...pages.filter(path => /^web\/[^/]+\.(html|css)$/.test(path)),
    ...assets,
  ]
  if (!files.includes('dist/src/cli/main.js'))
    throw new Problem(`Cannot pack "${folder}": it is not compiled`, { next: 'npm run build' })
  return files.filter(isRead).map(path => {
    return { path: `node_modules/chestnut/${path}`, from: join(folder, path), isProgram: false }
  })
}

async function filesOf(
  { name, folder }: PackageFolder,
  { root, target }: ArchiveContent,
): Promise<readonly ArchiveEntry[]> {
  const place = placeOf(folder, root)
  const files = (await walk(folder, '')).filter(path => isRead(path) && !path.startsWith('node_modules/'))
  const kept = name === 'onnxruntime-node' ? files.filter(path => isOfTarget(path, target)) : files
  if (name === 'onnxruntime-node' && !kept.some(path => path.endsWith('.node')))
    throw new Problem(`Cannot pack for "${target}": "${name}" has no machine code for it`)
  return kept.map(path => ({ path: `${place}/${path}`, from: join(folder, path), isProgram: false }))
}

/** A package of ours goes below us; a neighbour stays one. */
function placeOf(folder: string, root: string): string {
  const inside = relative(root, folder)
  if (!inside.startsWith('..')) return `node_modules/chestnut/${slashed(inside)}`
  // We lie in "…/node_modules/chestnut".
  return slashed(relative(dirname(dirname(root)), folder))
}

/** ONNX Runtime brings its libraries for every system in one package. */
function isOfTarget(path: string, target: Target): boolean {
  return !path.startsWith('bin/') || path.includes(`/linux/${architectureOf(target)}/`)
}

/** Types, maps and manuals are read by nobody there. */
function isRead(path: string): boolean {
  return !/\.(map|md|markdown|ts|mts|cts|tsbuildinfo)$/i.test(path)
}

/** Paths of all files below a folder of a folder. */
async function walk(folder: string, below: string): Promise<readonly string[]> {
  const start = join(folder, below)
  const entries = await readdir(start, { recursive: true, withFileTypes: true })
  const paths = entries.map(entry => relative(folder, join(entry.parentPath, entry.name)))
  const files = await Promise.all(
    paths.map(
      async (path, i) => entries[i]!.isFile() || (entries[i]!.isSymbolicLink() && (await isFile(join(folder, path)))),
    ),
  )
  return paths.filter((_, i) => files[i]).map(slashed)
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile()
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}

/** The bytes of an entry. */
export async function bytesOf({ from }: ArchiveEntry): Promise<Uint8Array> {
  return typeof from === 'string' ? await readFile(from) : from
}
