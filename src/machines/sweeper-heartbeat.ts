import { duration, Refusal } from '../core/index.ts'

/** Where the sweeper says that it was there. */
export interface SweeperHeartbeat {
  /** Milliseconds since 1970 on the provider's clock; undefined: never. */
  read(): Promise<number | undefined>
  write(time: number): Promise<void>
}

/** How often the sweeper comes by: 10 minutes. */
export const sweepPeriod: number = 10 * 60_000

/**
 * Why no GPU may be rented now, or what else is told: the sweeper, which destroys what everybody else forgot, was not there for two
 * periods. Undefined when it was.
 */
export function guardRefusal(
  beat: number | undefined,
  now: number,
  period: number = sweepPeriod,
  what: string = 'a GPU',
): Refusal | undefined {
  if (beat !== undefined && now - beat <= 2 * period) return undefined
  const silence = beat === undefined ? 'has never been here' : `was last here ${duration(now - beat)} ago`
  return new Refusal(
    `Cannot rent ${what}: the sweeper ${silence}, wanted at most ${duration(2 * period)}; nobody would destroy a machine that is forgotten`,
    { next: 'npx chestnut machines guard, or npx chestnut machines sweep every ten minutes by cron' },
  )
}
