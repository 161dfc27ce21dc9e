import { sweepGrace } from '../../src/machines/index.ts'
import type { FakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import type { Task } from './actor.ts'
import type { Conductor } from './conductor.ts'
import type { Plan } from './plan.ts'
import { deadlineOf } from './verdict.ts'

export interface SweeperOptions {
  readonly conductor: Conductor
  readonly fake: FakeScaleway
  readonly plan: Plan
  /** The run's beginning on the fake's clock. */
  readonly epoch: number
  task(name: string): Task
}

/** A sweeper that comes when a deadline is past, as the one of the product does sooner or later, and once more at the end. */
export class Sweeper {
  /** What was there, and overdue, when it came, and is billed after it. */
  readonly left: string[] = []
  readonly #options: SweeperOptions
  #visits = 0

  constructor(options: SweeperOptions) {
    this.#options = options
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
    const { conductor, fake } = this.#options
    conductor.hear(this.#next())
    await this.#visit()
    await conductor.play()
    await conductor.killAll()
    for (const one of fake.billable()) this.left.push(JSON.stringify(one))
  }

  async #visit(): Promise<void> {
    const { conductor, fake, task } = this.#options
    const due = this.#isOverdue() ? fake.billable().map(({ id }) => id) : []
    const name = `sweeper-${this.#visits++}`
    await conductor.start('sweeper.js', task(name), () => {
      const left = this.#isOut() ? [] : fake.billable().filter(({ id }) => due.includes(id))
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
  #isOut(): boolean {
    const { plan, conductor, epoch } = this.#options
    const time = conductor.now() - epoch
    return plan.outage !== undefined && time >= plan.outage.from && time < plan.outage.to
  }

  /** When what is there now will be overdue, and the cloud answers. What bears no marks goes by its age. */
  #next(): number {
    const { plan, conductor, epoch } = this.#options
    const now = conductor.now()
    const deadline = Math.max(this.#deadline(), now)
    return Math.max(this.#isOut() ? epoch + (plan.outage?.to ?? 0) : 0, deadline + sweepGrace) + 5_000
  }
}
