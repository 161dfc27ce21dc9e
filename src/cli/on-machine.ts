import { duration, Misuse } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { elsewhere, openMachines, type RemotePlan, type RentalPlan } from '../project/index.ts'
import { confirm } from './confirm.ts'
import type { Session } from './session.ts'

/** Flags of a stage that may run on another machine. */
export interface RemoteFlags {
  readonly on?: string
  readonly detach?: boolean
  readonly hours?: number
  readonly yes?: boolean
}

/** The session with one stage on the machine that was asked for: the one named, and training of a whole cycle. */
export async function onMachine(session: Session, name: string, flags: RemoteFlags): Promise<Session> {
  const { on } = flags
  if (on === undefined) {
    if (flags.detach === true)
      throw new Misuse('Cannot detach: nothing runs on another machine, wanted "--on" beside it')
    return session
  }
  const { workspace, config, output } = session
  const { base, store, clock } = workspace
  const machines = openMachines(config, base, { clock, store, notice: output.warn })
  const place = elsewhere(workspace, {
    machines,
    on,
    stage: name === 'run' ? 'train' : name,
    agree: plan => agree(session, plan, flags),
    ...(flags.detach === true ? { detach: true } : {}),
    ...(flags.hours === undefined ? {} : { longest: flags.hours * 3600_000 }),
  })
  // Where only features may leave, films are looked at here, whatever is to train there.
  const engine = place.looksHere ? onnxRuntime({ device: 'cpu' }) : workspace.engine
  return { ...session, workspace: { ...workspace, engine, elsewhere: place } }
}

async function agree({ display, output, signal }: Session, plan: RemotePlan, { yes }: RemoteFlags): Promise<void> {
  display.clear()
  for (const line of planLines(plan)) output.note(line)
  await confirm('Rent it?', { signal, yes, without: 'nothing was rented' })
}

/** What a plan says to a person. */
function planLines(plan: RemotePlan): readonly string[] {
  const { estimate, travels } = plan
  const { program, inputs, films, form } = travels
  const basis =
    estimate.runs === 0
      ? 'no run before this one to judge by: its limit'
      : `as the last of ${estimate.runs} earlier runs`
  const [first = '', ...others] = rentalLines(plan)
  return [
    first,
    `  estimate  ${euro(estimate.euros)} for ${duration(estimate.seconds * 1000)} (${basis})`,
    ...others,
    `  travels   ${program === undefined ? '' : `Chestnut ${program.image ? `${megabytes(program.bytes)} out of its image` : pieceOf(program)}; `}inputs ${pieceOf(inputs)}: ${formOf(form, films)}`,
  ]
}

function formOf(form: RemotePlan['travels']['form'], films: number): string {
  if (form === 'table') return 'the table, with names of films and patients'
  return form === 'pixels'
    ? `${films} films as pixels, without names`
    : `features of ${films} films with labels, no film`
}

/** What a machine would cost. */
export function rentalLines({
  stage,
  on,
  provider,
  type,
  zone,
  eurosPerHour,
  worst,
  caps,
}: RentalPlan): readonly string[] {
  return [
    `${stage} on ${on}: ${provider} ${type} in ${zone}, ${euro(eurosPerHour)} an hour with volume and address`,
    `  at worst  ${euro(worst.euros)}: its limit of ${duration(worst.seconds * 1000)}, and nobody but the sweeper left`,
    `  caps      ${capOf(caps.run)} a run, ${capOf(caps.month)} a month, of which other runs may take ${euro(caps.usedOfMonth)}`,
  ]
}

function pieceOf({ bytes, there }: RemotePlan['travels']['inputs']): string {
  return `${megabytes(bytes)}${there ? ' (in the store already)' : ''}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function capOf(cap: number | undefined): string {
  return cap === undefined ? 'no cap' : euro(cap)
}

function euro(amount: number): string {
  return `€${amount.toFixed(amount < 0.1 && amount > 0 ? 4 : 2)}`
}
