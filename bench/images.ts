import { freePort } from '../src/testing/mlflow-server.ts'
import { builtImage, needImages, startImage } from '../test/built-image.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'

/** How much of an image travels, and how soon it answers. */
export const bench: Benchmark = {
  name: 'images',
  title: 'the size of the image for the processor as it is pulled, and its start to the first answer about a film',
  run: async ({ quick }) => {
    const missing = needImages()
    if (missing !== false) throw new Error(`Cannot build an image: it ${missing}`)
    await using built = await builtImage()
    const seconds: number[] = []
    for (let run = 0; run < (quick ? 1 : 5); run++) {
      const { contained, seconds: one } = await startImage(built, await freePort())
      seconds.push(one)
      process.kill(await contained.pid, 'SIGTERM')
      await contained.ended
    }
    return [
      figure('compressed, as it was pushed', built.record.compressed / 2 ** 20, 'MiB', 250, 1),
      figure('start to the first answer, as user 65532 with a read-only root', median(seconds), 's', 3, seconds.length),
    ]
  },
}

function figure(name: string, value: number, unit: string, goal: number, runs: number): Figure {
  return { case: name, value: Math.round(value * 100) / 100, unit, goal, met: value <= goal, runs }
}
