import { random } from '../../core/index.ts'
import type { Film } from '../film.ts'
import type { Acquisition } from './acquisition.ts'
import type { Anatomy } from './anatomy.ts'
import { canvas } from './canvas.ts'
import { chest } from './chest.ts'
import { develop, type Scanner } from './develop.ts'
import { drawDevices } from './devices.ts'
import type { Finding } from './finding.ts'
import { drawHeart } from './heart.ts'
import { drawPlate, drawSideMarker } from './markers.ts'
import { drawPneumonia } from './opacities.ts'
import { drawOtherFinding, type OtherFinding } from './other-findings.ts'
import { bentBy, drawPlanted, type FoundBox } from './planted-findings.ts'
import { drawRibs } from './ribs.ts'
import { drawShoulders } from './shoulders.ts'
import { drawBellyGas, drawBreasts } from './soft-parts.ts'
import { drawSpine } from './spine.ts'
import { drawThorax, type LungMask } from './thorax.ts'
import { drawVessels } from './vessels.ts'

/** All that decides one film; the same plan gives the same film. */
export interface FilmPlan {
  readonly anatomy: Anatomy
  readonly acquisition: Acquisition
  readonly pneumonia: boolean
  readonly others: readonly OtherFinding[]
  /** Findings that are drawn to be learned, in place of the two above. */
  readonly planted?: readonly Finding[]
  readonly plate: boolean
  readonly scanner: Scanner
}

export interface DrawnFilm {
  readonly film: Film
  readonly boxes: readonly FoundBox[]
  readonly lungs: LungMask
}

/** A film of `size × size` pixels: what the rays meet, from the back of the body to the front, then the film itself. */
export function drawPhantom(plan: FilmPlan, size: number): DrawnFilm {
  const { acquisition, planted = [] } = plan
  const draw = random(acquisition.seed, 'film')
  const { anatomy, flat } = bentBy(planted, plan.anatomy, acquisition)
  const body = chest(anatomy, acquisition, flat)
  const on = canvas(size, acquisition.pose)
  const lungs = drawThorax(on, body)
  drawSpine(on, body)
  drawHeart(on, body, lungs)
  drawBellyGas(on, body)
  const bare = on.values.slice()
  drawVessels(on, body, lungs)
  const opacities = plan.pneumonia ? drawPneumonia(on, random(acquisition.seed, 'pneumonia'), body, lungs) : []
  for (const finding of plan.others) drawOtherFinding(on, finding, random(acquisition.seed, finding), body, lungs)
  const others = drawPlanted(on, planted, body, lungs, bare)
  drawRibs(on, body)
  drawShoulders(on, body)
  drawBreasts(on, body)
  if (acquisition.view === 'AP') drawDevices(on, draw, body)
  drawSideMarker(on, draw)
  if (plan.plate) drawPlate(on, draw)
  const boxes = [...opacities.map(box => ({ finding: 'Pneumonia', ...box }) as const), ...others]
  return { film: develop(on, acquisition, plan.scanner), boxes, lungs }
}
