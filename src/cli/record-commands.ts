import { type Command, Option } from 'commander'
import { atLeast, command, configured, placed, proportion, wholeNumber } from './command.ts'
import type { ExportFlags } from './commands/export.ts'
import type { ImportFlags as BundleFlags, KeyFlags } from './commands/models.ts'
import type { ReproduceFlags } from './commands/reproduce.ts'
import type { ListFlags } from './commands/runs.ts'
import type { CommonOptions } from './session.ts'

/** What can be done with runs and models that are there. */
export function recordCommands(chestnut: Command): void {
  configured(command(chestnut, 'export', 'write a model for other tools, with the Python that asks it'))
    .argument('[model]', 'a model file, or a version such as "pneumonia@3"; default: the one in production')
    .option('--to <folder>', 'where to', 'exported')
    .action(async (model: string | undefined, options: ExportFlags) =>
      (await import('./commands/export.ts')).exportForOthers(model, options),
    )
  configured(command(chestnut, 'reproduce', 'train a model again, without the cache, and say what differs'))
    .argument('[model]', 'a model file, or a version such as "pneumonia@3"; default: the one in production')
    .option('--seed <number>', 'the seed that it was trained with', wholeNumber)
    .option('--epochs <number>', 'the epochs that it was trained with', atLeast(1))
    .option('--tolerance <number>', 'what metrics may differ by between kinds of processors; default: 0.01', proportion)
    .action(async (model: string | undefined, flags: ReproduceFlags) =>
      (await import('./commands/reproduce.ts')).reproduceModel(model, flags),
    )
  runs(chestnut)
  models(chestnut)
}

function runs(chestnut: Command): void {
  const parent = chestnut
    .command('runs')
    .description('list, show and compare what has run')
    .exitOverride()
    .showHelpAfterError('(chestnut runs --help shows what there is)')
  const loaded = () => import('./commands/runs.ts')
  placed(command(parent, 'list', 'the newest runs: when, how long, what it cost, what came out'))
    .addOption(
      new Option('--stage <stage>', 'of this stage alone').choices([
        'fetch',
        'explore',
        'prepare',
        'train',
        'evaluate',
        'publish',
        'import',
      ]),
    )
    .addOption(new Option('--status <status>', 'that ended so').choices(['done', 'failed', 'interrupted']))
    .option('-n, --limit <number>', 'how many', atLeast(1), 20)
    .action(async (flags: ListFlags) => (await loaded()).list(flags))
  placed(command(parent, 'show', 'one run: machine, time, cost, inputs, outputs, metrics, settings'))
    .argument('<run>', 'an id or its beginning, or the model that the run made, such as "pneumonia@3"')
    .action(async (run: string, options: CommonOptions) => (await loaded()).show(run, options))
  placed(command(parent, 'send', 'tell the tracking server of trainings, again or for the first time'))
    .argument('<runs...>', 'runs, as for "show"')
    .action(async (runs: string[], options: CommonOptions) => (await loaded()).send(runs, options))
  placed(command(parent, 'diff', 'what tells two runs apart'))
    .argument('<first>', 'a run, as for "show"')
    .argument('<second>', 'another one')
    .action(async (first: string, second: string, options: CommonOptions) =>
      (await loaded()).diff(first, second, options),
    )
}

function models(chestnut: Command): void {
  const parent = chestnut
    .command('models')
    .description('list published models, carry them signed from store to store')
    .exitOverride()
    .showHelpAfterError('(chestnut models --help shows what there is)')
  const loaded = () => import('./commands/models.ts')
  const signed = (of: Command): Command =>
    of.option('--key <file>', 'the key that signs; default: chestnut/signing-key.pem in your configuration folder')
  placed(command(parent, 'list', 'all versions, with their aliases and where they are from'))
    .argument('[name]', 'of this model alone')
    .action(async (name: string | undefined, options: CommonOptions) => (await loaded()).list(name, options))
  signed(command(parent, 'key', 'make the key that signs, and print what others trust')).action(
    async (flags: KeyFlags) => (await loaded()).key(flags),
  )
  signed(placed(command(parent, 'export', 'write a version with its runs and reports as one signed file')))
    .argument('<model>', 'a version such as "pneumonia@3", or an alias')
    .argument('<file>', 'where to')
    .action(async (model: string, file: string, flags: KeyFlags) => (await loaded()).exportVersion(model, file, flags))
  placed(command(parent, 'import', 'register the version of a file that somebody signed'))
    .argument('<file>', 'what "models export" wrote')
    .requiredOption('--trust <keys...>', 'whose signature is believed: "ed25519:…" or the file of a public key')
    .option('--promote', 'make it the model in production')
    .action(async (file: string, flags: BundleFlags) => (await loaded()).importVersion(file, flags))
}
