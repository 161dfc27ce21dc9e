import { type Command, InvalidArgumentError, Option } from 'commander'

/** A command of its own, below the program or a group. */
export function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--json', 'print the record as JSON')
    .exitOverride()
    .showHelpAfterError(`(${pathOf(parent)} ${name} --help shows what there is)`)
}

/** What a person types for it: "chestnut ci". */
function pathOf(of: Command): string {
  return of.parent === null ? of.name() : `${pathOf(of.parent)} ${of.name()}`
}

/** One that works in a project. */
export function configured(of: Command): Command {
  return placed(of).addOption(
    new Option('--device <device>', 'what trains and answers; default: cpu').choices(['cpu', 'webgpu', 'cuda']),
  )
}

/** One that reads what a project keeps, without its engine. */
export function placed(of: Command): Command {
  return of.option(
    '-c, --config <file>',
    'the configuration; default: chestnut.config.ts, and the defaults without one',
  )
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Wanted a whole number.')
  return Number(text)
}

export function atLeast(least: number): (text: string) => number {
  return text => {
    const number = wholeNumber(text)
    if (number < least) throw new InvalidArgumentError(`Wanted at least ${least}.`)
    return number
  }
}

export function proportion(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('Wanted a number from 0 to 1.')
  return number
}
