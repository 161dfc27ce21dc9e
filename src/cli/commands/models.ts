import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Problem, systemClock, systemCode } from '../../core/index.ts'
import { exportBundle, importBundle, type RunPlaces } from '../../project/index.ts'
import {
  type ModelVersion,
  newSigningKey,
  type PublicKey,
  readPublicKey,
  readSigningKey,
  type SigningKey,
} from '../../registry/index.ts'
import { writeFileWhole } from '../../store/index.ts'
import { output } from '../output.ts'
import type { CommonOptions } from '../session.ts'
import { tableLines } from '../table.ts'
import { withKept } from '../with-kept.ts'

/** All published versions, a line each. */
export async function list(name: string | undefined, options: CommonOptions): Promise<void> {
  await withKept(options, async ({ places, out }) => {
    const versions: (ModelVersion & { readonly aliases: readonly string[] })[] = []
    for await (const version of places.registry.list(name)) {
      versions.push({ ...version, aliases: await aliasesOf(places, version) })
    }
    // It says which name was meant.
    if (versions.length === 0 && name !== undefined) await places.registry.find(name)
    out.record(versions)
    if (versions.length === 0) out.say('Nothing has been published yet.')
    else
      for (const line of tableLines(['MODEL', 'ALIAS', 'MADE (UTC)', 'AUROC', 'SHA-256', 'FROM'], versions.map(row)))
        out.say(line)
  })
}

async function aliasesOf({ registry: models }: RunPlaces, { name, version }: ModelVersion): Promise<readonly string[]> {
  const aliases: string[] = []
  for (const alias of await models.aliases(name)) {
    if ((await models.history(name, alias)).at(-1)?.version === version) aliases.push(alias)
  }
  return aliases
}

function row(version: ModelVersion & { readonly aliases: readonly string[] }): readonly string[] {
  const { name, version: number, aliases, created, metrics, digest, run, from } = version
  const auroc = metrics['auroc']
  return [
    `${name}@${number}`,
    aliases.join(', ') || '–',
    created.slice(0, 16).replace('T', ' '),
    auroc === undefined ? '–' : auroc.toFixed(3),
    `${digest.slice(0, 12)}…`,
    from === undefined ? (run ?? '–') : `${from.reference}, signed by ${from.signer}`,
  ]
}

export interface KeyFlags extends CommonOptions {
  readonly key?: string
}

/** The key that signs bundles: made where there is none. Prints what others trust. */
export async function key({ key: file = ownKey(), json = false }: KeyFlags): Promise<void> {
  const out = output({ json })
  const made = await makeKey(file)
  const { name } = await signingKey(file)
  out.record({ key: name, file, made })
  out.say(name)
  out.note(
    made
      ? `A new key is in "${file}". Keep it to yourself; whoever has it can sign in your name.`
      : `The key is in "${file}".`,
  )
  out.note(`Others trust it by: npx chestnut models import FILE --trust ${name}`)
}

/** Of the person, not of a project: it is not in a folder that is shared or thrown away. */
function ownKey(): string {
  return join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'chestnut', 'signing-key.pem')
}

/** @returns whether there was none */
async function makeKey(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(file, newSigningKey(), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

async function signingKey(file: string): Promise<SigningKey> {
  return readSigningKey(new TextDecoder().decode(await read(file, 'sign with', 'chestnut models key')), file)
}

/** Writes a version as one signed file. */
export async function exportVersion(reference: string, file: string, flags: KeyFlags): Promise<void> {
  await withKept(flags, async ({ places, out }) => {
    const signer = await signingKey(flags.key ?? ownKey())
    const { version, bytes, files } = await exportBundle(places, reference, signer)
    await writeFileWhole(file, bytes)
    const model = `${version.name}@${version.version}`
    out.record({ format: 'chestnut.exported-bundle/1', model, file, bytes: bytes.length, signer: signer.name, files })
    out.say(`Exported ${model} to ${file}: ${bytes.length} bytes, with ${files.length} runs, settings and reports`)
    out.say(`signed by ${signer.name}`)
    out.say(`next: npx chestnut models import ${file} --trust ${signer.name}`)
  })
}

export interface ImportFlags extends CommonOptions {
  readonly trust: readonly string[]
  readonly promote?: boolean
}

/** Registers the version of a signed file. */
export async function importVersion(file: string, { trust, promote, ...options }: ImportFlags): Promise<void> {
  await withKept(options, async ({ places, out }) => {
    const trusted = await Promise.all(trust.map(trustedKey))
    const { version, signer, runs } = await importBundle(
      places,
      await read(file, 'import', 'chestnut models export'),
      trusted,
    )
    const now = new Date(systemClock.now()).toISOString()
    if (promote === true) await places.registry.promote(version, 'production', now)
    const model = `${version.name}@${version.version}`
    out.record({ format: 'chestnut.imported-bundle/1', model, digest: version.digest, signer, runs })
    const there = version.from?.reference ?? model
    out.say(`Imported ${model}${there === model ? '' : `, which was ${there} there`}, signed by ${signer}`)
    out.say(
      promote === true
        ? 'it is the model in production now'
        : `next: npx chestnut predict FILM --model ${model}; --promote puts it into production`,
    )
  })
}

async function trustedKey(given: string): Promise<PublicKey> {
  if (given.startsWith('ed25519:')) return readPublicKey(given, given)
  return readPublicKey(new TextDecoder().decode(await read(given, 'trust', 'chestnut models key')), given)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder, a file was wanted',
  EACCES: 'this user may not read it',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
}

async function read(file: string, verb: string, next: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = reasons[systemCode(cause) ?? '']
    if (reason === undefined) throw cause
    throw new Problem(`Cannot ${verb} "${file}": ${reason}`, { cause, next })
  }
}
