import type { Layer } from '../../models/index.ts'
import { backboneLayers } from '../../project/index.ts'
import { paint } from '../output.ts'
import { type CommonOptions, inProject } from '../session.ts'

/** Lists the values of a network in order, with what the configuration may name. */
export async function layers(file: string | undefined, options: CommonOptions): Promise<void> {
  await inProject(options, async ({ workspace, output }) => {
    const found = await backboneLayers(workspace, file)
    output.record(found)
    const rows = found.layers.map(layer => rowOf(layer, layer.value === found.cut))
    const widths = heading.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]!.length)))
    const line = (row: readonly string[]): string =>
      row
        .map((cell, column) => (column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd()
    output.say(paint('dim', line(heading), process.stdout))
    for (const [i, row] of rows.entries()) {
      output.say(found.layers[i]!.value === found.cut ? paint('bold', line(row), process.stdout) : line(row))
    }
    const { channels, size } = found.contract
    const parameters = found.layers.reduce((sum, layer) => sum + layer.parameters, 0)
    output.say(
      `\n${found.layers.length} values, ${count(parameters)} parameters; input [N, ${channels}, ${size}, ${size}]; cut at "${found.cut}" unless "cut" says otherwise`,
    )
  })
}

const heading = ['value', 'operator', 'shape', 'parameters', 'gradient', 'the configuration may name it as']

function rowOf(
  { value, operator, shape, parameters, places, gradient, trainFrom }: Layer,
  isCut: boolean,
): readonly string[] {
  const names = [
    ...(places === undefined ? [] : [`cut (${places})`]),
    ...(places !== undefined && gradient === true ? ['explain'] : []),
    ...(trainFrom ? ['trainFrom'] : []),
  ]
  return [
    value,
    operator,
    shape === undefined ? '?' : `[${shape.join(', ')}]`,
    parameters === 0 ? '' : count(parameters),
    gradient === undefined ? '–' : gradient ? 'yes' : 'no',
    `${isCut ? '← cut here; ' : ''}${names.join(', ')}`,
  ]
}

/** 86,567,656 */
function count(number: number): string {
  return number.toLocaleString('en')
}
