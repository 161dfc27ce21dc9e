import { billOf } from '../../machines/index.ts'
import type { Workspace } from '../workspace.ts'
import { type Cargo, isThere } from './cargo.ts'
import { type Program, sizeOf } from './program.ts'
import { type RentalInput, type RentalPlan, rentalPlan } from './rental-plan.ts'
import type { StageNeeds } from './stage-needs.ts'

/** What a person agrees to before anything is rented for a stage. */
export interface RemotePlan extends RentalPlan {
  readonly format: 'chestnut.remote-plan/1'
  readonly estimate: {
    readonly seconds: number
    readonly euros: number
    /** How many earlier runs of this stage there are, of which it is the last; 0: it is the machine's limit. */
    readonly runs: number
  }
  readonly travels: {
    /** Absent where the machine has everything. An image is got from its registry. */
    readonly program?: Piece & { readonly image?: string }
    readonly inputs: Piece
    readonly films: number
    readonly form: StageNeeds['form']
  }
}

export interface Piece {
  readonly bytes: number
  /** Whether it lies already where the machine gets it from. */
  readonly there: boolean
}

/** @throws OutOfStock, OverCap */
export async function remotePlan(
  workspace: Workspace,
  input: RentalInput & { readonly cargo: Cargo },
): Promise<RemotePlan> {
  const { cargo, stage } = input
  const { plan, offer } = await rentalPlan(input)
  const earlier = await secondsOf(workspace, stage)
  const seconds = earlier.at(-1) ?? plan.worst.seconds
  return {
    format: 'chestnut.remote-plan/1',
    ...plan,
    estimate: { seconds, euros: billOf(offer.price, 0, seconds * 1000), runs: earlier.length },
    travels: {
      ...(cargo.program === undefined ? {} : { program: await programPiece(workspace, cargo.program) }),
      inputs: await pieceOf(workspace, cargo.bundle),
      films: cargo.needs.films,
      form: cargo.needs.form,
    },
  }
}

async function programPiece(
  workspace: Workspace,
  program: Program,
): Promise<NonNullable<RemotePlan['travels']['program']>> {
  if ('archive' in program) return await pieceOf(workspace, program.archive)
  return { bytes: sizeOf(program), there: true, image: program.image.reference }
}

async function pieceOf({ store }: Workspace, archive: Cargo['bundle']): Promise<Piece> {
  return { bytes: archive.size, there: await isThere(store, archive) }
}

/** How long the stage took in earlier runs, the latest last. */
async function secondsOf({ records }: Workspace, stage: string): Promise<readonly number[]> {
  const found: number[] = []
  for await (const record of records.list()) {
    if (record.stage === stage && record.status === 'done')
      found.push((Date.parse(record.ended) - Date.parse(record.started)) / 1000)
  }
  return found
}
