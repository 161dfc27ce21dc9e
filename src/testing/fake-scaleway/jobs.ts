import { invalidArgument } from './api-error.ts'
import { minute } from './charges.ts'
import type { FakeSecret } from './secret-routes.ts'
import type { World } from './world.ts'

export interface FakeJob {
  readonly id: string
  readonly region: string
  readonly created: number
  name: string
  cpu: number
  memory: number
  image: string
  command: string
  environment: Readonly<Record<string, string>>
  description: string
  timeout: string | undefined
  cron: { schedule: string; timezone: string } | undefined
  readonly secrets: {
    readonly id: string
    readonly secret: string
    readonly version: string
    readonly variable: string
  }[]
}

export interface FakeJobRun {
  readonly id: string
  readonly job: FakeJob
  readonly created: number
  state: 'running' | 'succeeded' | 'failed'
  exitCode: number | undefined
  ended: number | undefined
}

/** What a run of a job is started with: its command, and its environment with what its secrets hold. */
export interface StartingJob {
  readonly name: string
  readonly image: string
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

/** Carries a job out. @returns its exit code */
export type JobHook = (job: StartingJob) => Promise<number>

/** Serverless jobs: what is defined, what ran, and what is due by the clock. */
export class Jobs {
  readonly definitions: Map<string, FakeJob> = new Map()
  readonly runs: FakeJobRun[] = []
  readonly secrets: Map<string, FakeSecret> = new Map()
  readonly #world: World
  readonly #hook: JobHook
  readonly #open = new Set<Promise<void>>()

  constructor(world: World, hook: JobHook = () => Promise.resolve(0)) {
    this.#world = world
    this.#hook = hook
  }

  start(job: FakeJob): FakeJobRun {
    const run: FakeJobRun = {
      id: this.#world.newId(),
      job,
      created: this.#world.time,
      state: 'running',
      exitCode: undefined,
      ended: undefined,
    }
    this.runs.push(run)
    const { name, image, command } = job
    const end = this.#hook({ name, image, command, environment: { ...job.environment, ...this.#secretsOf(job) } })
      .catch(() => 1)
      .then(code => {
        run.exitCode = code
        run.state = code === 0 ? 'succeeded' : 'failed'
        run.ended = this.#world.time
      })
      .finally(() => this.#open.delete(end))
    this.#open.add(end)
    return run
  }

  /** From the next full step of its schedule on, for as long as it is defined so. */
  schedule(job: FakeJob): void {
    const { cron } = job
    if (cron === undefined) return
    const step = stepOf(cron.schedule) * minute
    const next = Math.floor(this.#world.time / step) * step + step
    this.#world.after(next - this.#world.time, () => {
      if (job.cron !== cron || !this.definitions.has(job.id)) return
      this.start(job)
      this.schedule(job)
    })
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  #secretsOf(job: FakeJob): Readonly<Record<string, string>> {
    return Object.fromEntries(
      job.secrets.map(({ secret, version, variable }) => {
        const versions = this.secrets.get(secret)?.versions ?? []
        const value = version === 'latest' ? versions.at(-1) : versions[Number(version) - 1]
        return [variable, value ?? '']
      }),
    )
  }
}

/** Minutes between two runs. Of cron's language the fake knows steps of minutes alone. */
export function stepOf(schedule: string): number {
  const [, step] = /^\*(?:\/(\d{1,2}))? \* \* \* \*$/.exec(schedule) ?? []
  if (!schedule.startsWith('*') || (step !== undefined && (Number(step) < 1 || Number(step) > 59))) {
    throw invalidArgument('cron_schedule', `"${schedule}" is no step of minutes, which is all that this fake knows`)
  }
  return Number(step ?? 1)
}
