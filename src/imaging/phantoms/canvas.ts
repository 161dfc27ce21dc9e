/** A place on the film or in the body, both 0 to 1 from the top left; the patient's right side is on the left. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** From the upright body to the film: turned by `angle` (radians) and scaled about the centre, then shifted. */
export interface Pose {
  readonly angle: number
  readonly scale: number
  readonly shiftX: number
  readonly shiftY: number
}

/** A square layer of attenuations: what the X-rays met on their way to each pixel. */
export interface Canvas {
  readonly size: number
  readonly pose: Pose
  readonly values: Float32Array
  /** The place of each pixel's centre in the body. Inner loops read these, since numbers handed to functions cost time. */
  readonly xs: Float32Array
  readonly ys: Float32Array
  /** Where a stroke is put together before it is added; all 0 between strokes. */
  readonly scratch: Float32Array
}

export function canvas(size: number, pose: Pose): Canvas {
  const layer = (): Float32Array => new Float32Array(size * size)
  const on = { size, pose, values: layer(), xs: layer(), ys: layer(), scratch: layer() }
  const cosine = Math.cos(pose.angle) / pose.scale
  const sine = Math.sin(pose.angle) / pose.scale
  for (let index = 0; index < size * size; index++) {
    const dx = ((index % size) + 0.5) / size - 0.5 - pose.shiftX
    const dy = (Math.floor(index / size) + 0.5) / size - 0.5 - pose.shiftY
    on.xs[index] = 0.5 + cosine * dx + sine * dy
    on.ys[index] = 0.5 - sine * dx + cosine * dy
  }
  return on
}

/** An empty layer over the same body. */
export function layerOver(on: Canvas): Canvas {
  return { ...on, values: new Float32Array(on.values.length) }
}

/** A part of the body. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const everything: Region = { left: -1, top: -1, right: 2, bottom: 2 }

/** A place in the body on the film, in pixels. */
export function toFilm({ size, pose }: Pick<Canvas, 'size' | 'pose'>, { x, y }: Point): Point {
  const cosine = Math.cos(pose.angle) * pose.scale
  const sine = Math.sin(pose.angle) * pose.scale
  const dx = x - 0.5
  const dy = y - 0.5
  return {
    x: (0.5 + pose.shiftX + cosine * dx - sine * dy) * size,
    y: (0.5 + pose.shiftY + sine * dx + cosine * dy) * size,
  }
}

/** Calls `paint` with the index of each pixel that can lie in a region. */
export function eachPixel(on: Canvas, paint: (index: number) => void, region: Region = everything): void {
  const { left, top, right, bottom } = filmRegion(on, region)
  for (let row = top; row < bottom; row++) {
    for (let index = row * on.size + left; index < row * on.size + right; index++) paint(index)
  }
}

/** The upright rectangle of pixels round a region. */
export function filmRegion(on: Pick<Canvas, 'size' | 'pose'>, { left, top, right, bottom }: Region): Region {
  const corners = [left, right].flatMap(x => [toFilm(on, { x, y: top }), toFilm(on, { x, y: bottom })])
  const xs = corners.map(corner => corner.x)
  const ys = corners.map(corner => corner.y)
  return {
    left: Math.max(0, Math.floor(Math.min(...xs))),
    top: Math.max(0, Math.floor(Math.min(...ys))),
    right: Math.min(on.size, Math.ceil(Math.max(...xs))),
    bottom: Math.min(on.size, Math.ceil(Math.max(...ys))),
  }
}
