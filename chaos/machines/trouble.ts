import type { IncomingHttpHeaders } from 'node:http'
import { type Fault, type FaultPoint, type Faults, seededFaults } from '../../src/testing/fake-scaleway/index.ts'
import type { Conductor } from './conductor.ts'
import { callHeader, killHeader } from './network.ts'
import type { KillPlan, Plan } from './plan.ts'
import { say } from './said.ts'

/** What goes wrong on the cloud's side of a run. It writes down what came about. */
export class Trouble {
  readonly #plan: Plan
  readonly #conductor: Conductor
  readonly #folder: string
  readonly #start: number
  readonly #fails: Faults
  readonly #loses: Faults
  /** Of the call that is being answered: one at a time. */
  #call = ''
  #doom: string | undefined

  constructor(plan: Plan, conductor: Conductor, folder: string, seed: number) {
    this.#plan = plan
    this.#conductor = conductor
    this.#folder = folder
    this.#start = conductor.now()
    this.#fails = seededFaults({ seed, rate: plan.failing, kinds: [{ kind: 'error' }, { kind: 'error', status: 503 }] })
    this.#loses = seededFaults({ seed: seed + 1, rate: plan.losing, kinds: [{ kind: 'drop' }] })
  }

  arriving(headers: IncomingHttpHeaders): void {
    const doom = headers[killHeader]
    this.#call = String(headers[callHeader])
    this.#doom = typeof doom === 'string' ? doom : undefined
  }

  faultAt(point: FaultPoint): Fault | undefined {
    const when: KillPlan['when'] = point.when === 'before' ? 'received' : 'done'
    const pid = this.#conductor.holder?.pid
    if (this.#doom === when && pid !== undefined) {
      say(this.#folder, { kind: 'killed', at: { call: this.#call, when } })
      return { kind: 'kill', pid }
    }
    const time = this.#conductor.now() - this.#start
    const { outage } = this.#plan
    if (outage !== undefined && outage.kind !== 'silence' && time >= outage.from && time < outage.to) {
      if (point.when === 'after') return undefined
      return this.#struck(`outage, ${outage.kind}`, outage.kind === 'errors' ? { kind: 'error', status: 503 } : drop)
    }
    return this.#struck('a call that failed', this.#fails(point)) ?? this.#struck('a lost answer', this.#loses(point))
  }

  #struck(what: string, fault: Fault | undefined): Fault | undefined {
    if (fault !== undefined) say(this.#folder, { kind: 'struck', what })
    return fault
  }
}

const drop: Fault = { kind: 'drop' }
