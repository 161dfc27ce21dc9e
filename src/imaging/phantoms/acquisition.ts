import type { Random } from '../../core/index.ts'
import type { Pose } from './canvas.ts'
import { around, between, chance } from './draws.ts'

export type View = 'PA' | 'AP'

/** How one film was taken. */
export interface Acquisition {
  readonly view: View
  readonly pose: Pose
  /** 1 a deep breath; on a bed the lungs stay smaller. */
  readonly breath: number
  /** The patient's turn about the spine: middle parts move sideways by this part of the film. */
  readonly turn: number
  readonly exposure: number
  readonly contrast: number
  /** Scattered rays: a veil over everything. */
  readonly scatter: number
  readonly noise: number
  /** Standard deviation of the blur, in pixels of a film of 256. */
  readonly blur: number
  /** Widths of the covered border at left, top, right and bottom, or nothing. */
  readonly shutter: readonly [number, number, number, number] | undefined
  /** Films of some makers show the covered border white. */
  readonly whiteBorder: boolean
  readonly grid: boolean
  readonly seed: number
}

/** A film on a stand (PA) or on a bed (AP: nearer to the tube, less breath, less straight, more scatter). */
export function drawAcquisition(draw: Random, view: View): Acquisition {
  const bed = view === 'AP'
  return {
    view,
    pose: {
      angle: around(draw, 0, bed ? 0.035 : 0.014),
      scale: around(draw, bed ? 1.07 : 1, bed ? 0.05 : 0.03),
      shiftX: around(draw, 0, bed ? 0.022 : 0.012),
      shiftY: around(draw, bed ? 0.02 : 0, bed ? 0.03 : 0.018),
    },
    breath: bed ? around(draw, 0.84, 0.06) : around(draw, 0.98, 0.035),
    turn: around(draw, 0, bed ? 0.016 : 0.006),
    exposure: around(draw, 1, 0.1),
    contrast: around(draw, bed ? 0.92 : 1, 0.07),
    scatter: Math.max(0, around(draw, bed ? 0.07 : 0.03, 0.02)),
    noise: between(draw, 0.006, bed ? 0.016 : 0.012),
    blur: between(draw, 0.2, bed ? 0.75 : 0.55),
    shutter: chance(draw, 0.14) ? border(draw) : undefined,
    whiteBorder: chance(draw, 0.3),
    grid: chance(draw, 0.12),
    seed: draw.integer(2 ** 31),
  }
}

function border(draw: Random): readonly [number, number, number, number] {
  const width = (): number => Math.max(0, around(draw, 0.025, 0.02))
  return [width(), width(), width(), width()]
}
