import { readFile, stat } from 'node:fs/promises'
import { Misuse, systemCode } from '../../core/index.ts'
import { type Deployed, deploy, deploymentStatus, publicUrl, type Release, rollback } from '../../deploy/index.ts'
import { openModel } from '../../project/index.ts'
import { confirm } from '../confirm.ts'
import { modelRelease } from '../deploy-release.ts'
import { type DeployPlace, deployTarget, type TargetFlags } from '../deploy-target.ts'
import { modelReference } from '../model-reference.ts'
import { type CommonOptions, inProject, type Session, type SessionOptions } from '../session.ts'

export interface DeployFlags extends CommonOptions, TargetFlags {
  readonly model?: string
  readonly secrets?: string
}

/** Puts the server on a machine. */
export async function deployServer(flags: DeployFlags): Promise<void> {
  await inProject(projectOf(flags), async session => {
    const secrets = flags.secrets === undefined ? undefined : await readSecrets(flags.secrets)
    const model = await openModel(session.workspace, modelReference(flags.model))
    const what = `Deploy ${model.reference} on ${flags.on ?? 'local'}`
    await withTarget(session, flags, what, async target => {
      if (!target.isNew) await agreed(session, flags, `${what}, answering at ${publicUrl(target.public)}`)
      const options = { force: flags.force ?? false, ...(secrets !== undefined && { secrets }) }
      const put = (release: Release): Promise<Deployed> => deploy(target, { release, ...options })
      const done = await modelRelease(model, put, await target.program())
      await tell(session, flags, target, done)
    })
  })
}

/** Lets the server answer that was deployed before. */
export async function rollbackServer(flags: DeployFlags): Promise<void> {
  await inProject(projectOf(flags), async session => {
    await withTarget(session, flags, undefined, async target => {
      await agreed(session, flags, `Go back to the release before, on ${flags.on ?? 'local'}`)
      await tell(session, flags, target, await rollback(target))
    })
  })
}

/** The folder of the flags is one of the deployment's machine, not the project's. */
function projectOf({ folder: _folder, ...flags }: DeployFlags): SessionOptions {
  return flags
}

/** A machine that was rented in vain is not kept. @param what it may be rented for */
async function withTarget(
  session: Session,
  flags: TargetFlags,
  what: string | undefined,
  work: (target: DeployPlace) => Promise<void>,
): Promise<void> {
  const target = await deployTarget(session, flags, what)
  try {
    await work(target)
  } catch (error) {
    await target.abandon().catch((cause: unknown) => {
      // It must not hide what went wrong first; the sweeper has the machine.
      session.output.warn(cause instanceof Error ? cause.message : String(cause))
    })
    throw error
  } finally {
    await target.close()
  }
}

async function tell({ output }: Session, { on }: TargetFlags, target: DeployPlace, done: Deployed): Promise<void> {
  output.record(done)
  const { releases } = await deploymentStatus(target)
  const said = { deployed: 'Deployed', unchanged: 'Unchanged:', 'rolled back': 'Rolled back to' }[done.outcome]
  output.say(`${said} ${done.name} at ${done.url}; ${done.golden} golden films answered rightly through it`)
  output.say(`kept: ${releases.map(({ name, digest }) => `${name} (${digest.slice(0, 12)})`).join(', ')}`)
  if (target.end !== undefined) {
    const { name, limit } = target.end
    output.say(`rented until ${new Date(limit).toISOString().slice(0, 16)}Z; chestnut machines stop ${name} ends it`)
  }
  output.say(`next: curl -F file=@FILM.png ${done.url}, or chestnut rollback${on === undefined ? '' : ` --on ${on}`}`)
}

async function agreed({ output, signal }: Session, { yes }: DeployFlags, plan: string): Promise<void> {
  output.note(plan)
  await confirm('Go on?', { signal, yes, without: 'nothing was changed' })
}

/** Lines `NAME=value`; empty ones and those that start with `#` are passed over. A sentence about one names its line, never its text. */
async function readSecrets(path: string): Promise<Record<string, string>> {
  const { mode } = await stat(path).catch(cause => {
    if (systemCode(cause) !== 'ENOENT') throw cause
    throw new Misuse(`Cannot read the secrets "${path}": there is no such file`, { cause })
  })
  if ((mode & 0o077) !== 0) {
    throw new Misuse(`Cannot use the secrets "${path}": others may read the file, wanted its owner alone`, {
      next: `chmod 600 ${path}`,
    })
  }
  const secrets: Record<string, string> = {}
  for (const [i, line] of (await readFile(path, 'utf8')).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    if (equals < 1) throw new Misuse(`Cannot read the secrets "${path}": line ${i + 1} is no NAME=value`)
    secrets[line.slice(0, equals).trim()] = line.slice(equals + 1)
  }
  return secrets
}
