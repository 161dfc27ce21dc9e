import type { Layer } from '../../models/index.ts'
import { backboneLayers } from '../../project/index.ts'
import { paint } from '../output.ts'
import { type CommonOptions, inProject } from '../session.ts'

/** Lists the values or layers of a network in order, with what the configuration may name. */
export async function layers(network: string | undefined, options: CommonOptions): Promise<void> {
  await inProject(options, async ({ workspace, output }) => {
    const found = await backboneLayers(workspace, network)
    output.record(found)
    const rows = found.layers.map(layer => rowOf(layer, layer.value === found.cut))
    const hasAliases = found.layers.some(({ aliases }) => aliases.length > 0)
    const widths = heading.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]!.length)))
    const line = (row: readonly string[]): string =>
      row
        .map((cell, column) =>
          column === parametersColumn ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .filter((_cell, column) => hasAliases || column !== aliasesColumn)
        .join('  ')
        .trimEnd()
    output.say(paint('dim', line(heading), process.stdout))
    for (const [i, row] of rows.entries()) {
      output.say(found.layers[i]!.value === found.cut ? paint('bold', line(row), process.stdout) : line(row))
    }
    const { channels, size } = found.contract
    output.say(
      `\n${found.layers.length} names, ${count(found.parameters)} parameters; input [N, ${channels}, ${size}, ${size}]; cut at "${found.cut}" unless "cut" says otherwise`,
    )
  })
}

const heading = [
  'value',
  'operator',
  'shape',
  'parameters',
  'gradient',
  'also called',
  'the configuration may name it as',
]
const [parametersColumn, aliasesColumn] = [3, 5]

function rowOf(
  { value, aliases, operator, shape, parameters, places, gradient, explain, trainFrom }: Layer,
  isCut: boolean,
): readonly string[] {
  const names = [
    ...(places === undefined ? [] : [`cut (${places})`]),
    ...(explain ? ['explain'] : []),
    ...(trainFrom ? ['trainFrom'] : []),
  ]
  return [
    value,
    operator,
    shape === undefined ? '?' : `[${shape.join(', ')}]`,
    parameters === 0 ? '' : count(parameters),
    gradient === undefined ? '–' : gradient ? 'yes' : 'no',
    aliases.join(', '),
    `${isCut ? '← cut here; ' : ''}${names.join(', ')}`,
  ]
}

/** 86,567,656 */
function count(number: number): string {
  return number.toLocaleString('en')
}
