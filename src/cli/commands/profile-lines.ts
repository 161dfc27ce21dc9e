import type { TrainProfile } from '../../project/index.ts'

/** Nodes that are named; the table is to fit on a screen. */
const shownNodes = 10

const partNames: Readonly<Record<keyof TrainProfile['parts'], string>> = {
  films: 'waiting for films',
  frozen: 'waiting for the frozen part',
  learning: 'forward and backward',
  update: 'update',
  judging: 'judging',
  other: 'other',
}

/** Where the time of a training went, as a table. */
export function profileLines(profile: TrainProfile): readonly string[] {
  const { steps, total, parts, busy, nodes } = profile
  const perStep = (milliseconds: number): string => (milliseconds / Math.max(1, steps)).toFixed(1).padStart(10)
  const share = (milliseconds: number): string => `${((100 * milliseconds) / (total || 1)).toFixed(1)} %`.padStart(8)
  const names = Object.keys(partNames) as readonly (keyof TrainProfile['parts'])[]
  const work = nodes.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return [
    `${String(steps).padStart(4)} steps${' '.repeat(17)}${'ms a step'.padStart(10)}${'share'.padStart(8)}`,
    ...names.map(name => `${partNames[name].padEnd(27)}${perStep(parts[name])}${share(parts[name])}`),
    `${'all'.padEnd(27)}${perStep(total)}${share(total)}`,
    `beside it, waited for or not: films${perStep(busy.films)} ms a step, frozen part${perStep(busy.frozen)} ms`,
    ...(nodes.length === 0
      ? []
      : [`${'slowest nodes'.padEnd(27)}${'ms a step'.padStart(10)}${'of nodes'.padStart(9)}`]),
    ...nodes
      .slice(0, shownNodes)
      .map(
        ({ part, name, operator, milliseconds }) =>
          `${`${part} ${operator}`.padEnd(27)}${perStep(milliseconds)}${`${((100 * milliseconds) / (work || 1)).toFixed(1)} %`.padStart(9)}  ${name}`,
      ),
  ]
}
