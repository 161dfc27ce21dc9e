import { chestnutVersion, Misuse, systemClock } from '../../core/index.ts'
import { type Guard, type SweeperKey, scalewayGuard } from '../../machines/index.ts'
import { confirm } from '../confirm.ts'
import { interruption } from '../interruption.ts'
import { output } from '../output.ts'

export interface GuardFlags {
  readonly json?: boolean
  readonly remove?: boolean
  readonly yes?: boolean
}

/** Installs the sweeper as a job of Scaleway's own, or takes it away: first says what it will do, then asks. */
export async function guard(flags: GuardFlags): Promise<void> {
  const out = output({ json: flags.json ?? false })
  const key = keyOf(process.env)
  const job = scalewayGuard({
    clock: systemClock,
    package: `chestnut@${chestnutVersion()}`,
    notice: out.warn,
    ...(key === undefined ? {} : { key }),
  })
  const { signal, release } = interruption()
  try {
    const plan = await job.look({ signal })
    if (flags.remove === true && !plan.isInstalled) {
      out.say(`There is no job "${plan.name}" in ${plan.region}.`)
      out.record(plan)
      return
    }
    for (const line of flags.remove === true ? removal(plan) : installation(plan, key !== undefined)) out.say(line)
    await confirm('Go on?', { signal, yes: flags.yes, without: 'nothing was changed' })
    await (flags.remove === true ? job.remove({ signal }) : job.install({ signal }))
    const done = await job.look({ signal })
    out.say(done.isInstalled ? 'Installed. Its first sweep is due within ten minutes.' : 'Removed.')
    out.record(done)
  } finally {
    release()
  }
}

function installation(plan: Guard, hasOwnKey: boolean): readonly string[] {
  return [
    `${plan.isInstalled ? 'Renews' : 'Makes'} the job "${plan.name}" in ${plan.region}: what is past its deadline is destroyed, whatever died elsewhere`,
    `  image     ${plan.image}`,
    `  command   ${plan.command}`,
    `  schedule  ${plan.schedule} (UTC)`,
    `  key       ${hasOwnKey ? 'that of CHESTNUT_GUARD_ACCESS_KEY' : 'the one that you use now'}, kept as the secret "${plan.secret}"`,
  ]
}

function removal(plan: Guard): readonly string[] {
  return [
    `Deletes the job "${plan.name}" of ${plan.region} and the secret "${plan.secret}"`,
    'From then on nothing of what is rented is destroyed unless you run "chestnut machines sweep"',
  ]
}

/** A key of the job's own, which may do less than ours. */
function keyOf(environment: NodeJS.ProcessEnv): SweeperKey | undefined {
  const accessKey = environment['CHESTNUT_GUARD_ACCESS_KEY']
  const secretKey = environment['CHESTNUT_GUARD_SECRET_KEY']
  if (!accessKey && !secretKey) return undefined
  if (!accessKey || !secretKey) {
    throw new Misuse('Cannot give the guard a key: wanted both CHESTNUT_GUARD_ACCESS_KEY and CHESTNUT_GUARD_SECRET_KEY')
  }
  return { accessKey, secretKey }
}
