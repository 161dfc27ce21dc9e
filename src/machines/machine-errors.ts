import { Problem, type ProblemOptions, Refusal } from '../core/index.ts'

/** An offer cannot be had now; another kind or zone may be. */
export class OutOfStock extends Problem {
  override readonly name: string = 'OutOfStock'

  constructor(what: string, zone: string, options: ProblemOptions = {}) {
    super(
      `Cannot rent "${what}" in "${zone}": there is none left now, wanted another kind or zone, or a later time`,
      options,
    )
  }
}

/** What was asked for could cost more than the caps allow. Nothing was rented. */
export class OverCap extends Refusal {
  override readonly name: string = 'OverCap'
}
