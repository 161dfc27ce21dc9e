import { Problem, Refusal } from '../../core/index.ts'

/** The connection is gone, or never came about: another one may do. */
export class LinkLost extends Problem {
  override readonly name: string = 'LinkLost'
}

/** Somebody else answers at the machine's address. Nothing was said to them. */
export class WrongHostKey extends Refusal {
  override readonly name: string = 'WrongHostKey'
}

/** The machine is the right one and does not let us in. */
export class LoginRefused extends Problem {
  override readonly name: string = 'LoginRefused'
}

/** It starts for longer than we waited. */
export class NotReady extends Problem {
  override readonly name: string = 'NotReady'
}
