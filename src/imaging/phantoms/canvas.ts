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
}

export function canvas(size: number, pose: Pose): Canvas {
  return { size, pose, values: new Float32Array(size * size) }
}

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

/** Calls `paint` with each pixel's index and its centre's place in the body. */
export function eachPixel(
  { size, pose }: Pick<Canvas, 'size' | 'pose'>,
  paint: (index: number, x: number, y: number) => void,
): void {
  const cosine = Math.cos(pose.angle) / pose.scale
  const sine = Math.sin(pose.angle) / pose.scale
  for (let row = 0; row < size; row++) {
    const dy = (row + 0.5) / size - 0.5 - pose.shiftY
    for (let column = 0; column < size; column++) {
      const dx = (column + 0.5) / size - 0.5 - pose.shiftX
      paint(row * size + column, 0.5 + cosine * dx + sine * dy, 0.5 - sine * dx + cosine * dy)
    }
  }
}
