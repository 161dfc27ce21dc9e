import { sweepGrace } from '../../src/machines/index.ts'
import type { FakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import type { Task } from './actor.ts'
import type { Conductor } from './conductor.ts'
import type { ControllerPlan, KillPlan, Plan } from './plan.ts'
import { deadlineOf } from './verdict.ts'

export interface SweeperOptions {
  readonly conductor: Conductor
  readonly fake: FakeScaleway
  readonly plan: Plan
  /** The run's beginning on the fake's clock. */
  readonly epoch: number
  task(name: string, own: ControllerPlan): Task
}

/** A sweeper that comes when a deadline is past, as the one of the product does sooner or later, and once more at the end. */
export class Sweeper {
  /** What was there, and overdue, when it came, and is billed after it. */
  readonly left: string[] = []
  readonly #options: SweeperOptions
  #visits = 0
  /** What one of them dies of. */
  #kill: KillPlan | undefined
  #wasKilled = false

  constructor(options: SweeperOptions) {
    this.#options = options
    this.#kill = options.plan.killSweep
  }

  /** For as long as controllers live. */
  come(): void {
    const { conductor, plan, epoch } = this.#options
    if (plan.sweep !== undefined) conductor.at(epoch + plan.sweep, () => this.#visit(), true)
    const look = async (): Promise<void> => {
      if (this.#isOverdue() && !this.#isOut()) await this.#visit()
      conductor.at(this.#next(), look, true)
    }
    conductor.at(this.#next(), look, true)
  }

  /** Nobody is left, and all deadlines are past: nothing may be left, and the ledger is told. */
  async comeLast(): Promise<void> {
    const mayDie = this.#kill !== undefined
    await this.#visitAlone()
    if (mayDie && this.#wasKilled) await this.#visitAlone()
    for (const one of this.#options.fake.billable()) this.left.push(JSON.stringify(one))
  }

  async #visitAlone(): Promise<void> {
    const { conductor } = this.#options
    conductor.hear(this.#next())
    await this.#visit()
    await conductor.play()
    await conductor.killAll()
  }

  async #visit(): Promise<void> {
    const { conductor, fake, task } = this.#options
    const due = this.#isOverdue() ? fake.billable().map(({ id }) => id) : []
    const name = `sweeper-${this.#visits++}`
    const kill = due.length > 0 ? this.#kill : undefined
    if (kill !== undefined) this.#kill = undefined
    const own = { at: 0, ...(kill === undefined ? {} : { kill }) }
    await conductor.start('sweeper.js', task(name, own), wasKilled => {
      this.#wasKilled = wasKilled
      const left = wasKilled || this.#isOut() ? [] : fake.billable().filter(({ id }) => due.includes(id))
      for (const one of left) this.left.push(JSON.stringify(one))
    })
  }

  #isOverdue(): boolean {
    const { fake, conductor } = this.#options
    return fake.billable().length > 0 && conductor.now() > this.#deadline() + sweepGrace
  }

  /** The latest, by the tags of what is there. */
  #deadline(): number {
    return 1000 * Math.max(0, ...this.#options.fake.billable().flatMap(({ tags }) => tags.map(deadlineOf)))
  }

  /** Nothing can be asked now. */
  #isOut(time: number = this.#options.conductor.now()): boolean {
    const { plan, epoch } = this.#options
    const { outage } = plan
    return outage !== undefined && time >= epoch + outage.from && time < epoch + outage.to
  }

  /** When what is there now will be overdue, and the cloud answers. What bears no marks goes by its age. */
  #next(): number {
    const { plan, conductor, epoch } = this.#options
    const overdue = Math.max(this.#deadline(), conductor.now()) + sweepGrace + 5_000
    return this.#isOut(overdue) ? epoch + (plan.outage?.to ?? 0) + 5_000 : overdue
  }
}
