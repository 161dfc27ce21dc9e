import { auroc } from '../src/statistics/index.ts'
import { needData } from '../src/testing/needs.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { backbonePath, type Lab, logitsOf, openLab, seed } from './recipes/lab.ts'
import { type Paired, pairedDifference } from './recipes/paired.ts'
import { type Comparison, others, pools, type Recipe } from './recipes/recipe.ts'

/** A pool of augmented variants may cost so much AUROC, at the worse end of the interval. */
const poolGoal = 0.01

export const bench: Benchmark = {
  name: 'recipes',
  title: 'what each way to train brings or costs on the NIH films, over a frozen linear head, paired',
  async run({ quick }) {
    const missing = needData(...backbonePath) || needData('nih-cxr14', 'images')
    if (missing) {
      console.error(`Cannot compare recipes: ${missing}`)
      return []
    }
    const lab = await openLab(quick)
    const figures: Figure[] = []
    for (const one of quick ? pools.slice(0, 1) : pools) figures.push(await poolFigure(lab, one))
    for (const one of quick ? others.slice(0, 1) : others) figures.push(await otherFigure(lab, one))
    return figures
  },
}

async function poolFigure(lab: Lab, { recipe, against }: Comparison): Promise<Figure> {
  const { difference, low, high } = await compared(lab, recipe, against)
  const met = low >= -poolGoal && high <= poolGoal
  return { ...figure(lab, recipe, against, difference), goal: -poolGoal, met }
}

async function otherFigure(lab: Lab, { recipe, against }: Comparison): Promise<Figure> {
  const { difference, low } = await compared(lab, recipe, against)
  return { ...figure(lab, recipe, against, difference), goal: 0, met: low >= 0 }
}

function figure(lab: Lab, recipe: Recipe, against: Recipe, value: number): Omit<Figure, 'goal' | 'met'> {
  const words = `${recipe.name} over ${against.name}, difference of the out-of-fold AUROC`
  return { case: words, value: Number(value.toFixed(4)), unit: 'AUROC', runs: lab.seeds }
}

async function compared(lab: Lab, recipe: Recipe, against: Recipe): Promise<Paired> {
  const [first, second] = [await logitsOf(lab, recipe), await logitsOf(lab, against)]
  const { labels, patients } = lab.films
  const paired = pairedDifference(first, second, { labels, patients, seed })
  const mean = (runs: readonly Float32Array[]): string =>
    (runs.reduce((sum, run) => sum + auroc(run, labels), 0) / runs.length).toFixed(4)
  const { difference, low, high } = paired
  console.error(
    `${recipe.name}: ${mean(first)}, ${against.name}: ${mean(second)}; difference ${difference.toFixed(4)} (95 % interval ${low.toFixed(4)} to ${high.toFixed(4)})`,
  )
  return paired
}
