import { Command, InvalidArgumentError, Option } from 'commander'
import { chestnutVersion } from '../core/index.ts'
import { atLeast, command, configured, placed, wholeNumber } from './command.ts'
import type { CiOptions } from './commands/ci.ts'
import type { CiPostFlags } from './commands/ci-post.ts'
import type { CycleOptions } from './commands/cycle.ts'
import type { DeployFlags } from './commands/deploy.ts'
import type { GuardFlags } from './commands/guard.ts'
import type { ImageBuildFlags, ImageFlags } from './commands/image.ts'
import type { ImportFlags } from './commands/import.ts'
import type { InitOptions } from './commands/init.ts'
import type { PredictOptions } from './commands/predict.ts'
import type { ReportFlags } from './commands/report.ts'
import type { ModelName, ServeOptions } from './commands/serve.ts'
import type { StoreFlags } from './commands/store.ts'
import { recordCommands } from './record-commands.ts'
import type { CommonOptions } from './session.ts'
import { sitePrevalence } from './site-prevalence.ts'

/** The command line as data; a command's code, and the rooms it needs, load when it runs. */
export function program(): Command {
  const chestnut = new Command('chestnut')
    .description('From a bucket of chest X-rays to a monitored classifier')
    .version(chestnutVersion(), '-v, --version')
    .showHelpAfterError('(chestnut --help shows what there is)')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', '\nStart with "npx chestnut demo", or "npx chestnut init" in an empty folder.')

  command(chestnut, 'init', 'write chestnut.config.ts for your films and labels')
    .option('--data <folder>', 'the folder of films; default: phantoms')
    .option('--from-guide <folder>', "take over a checkout of the guide's project: its sets, bucket, servers and model")
    .option('--force', 'replace a configuration that is there')
    .action(async (options: InitOptions) => (await import('./commands/init.ts')).init(options))
  staged(chestnut, 'fetch', 'collect the films and their table')
  staged(chestnut, 'explore', 'write a report: who is in the data, what would fool a model')
  staged(chestnut, 'prepare', 'part the films into training, validation and testing sets').addOption(
    new Option('--split <by>', 'part by patient, or by image as the guide does').choices(['patient', 'image']),
  )
  training(chestnut, 'train', 'fine-tune the network').option(
    '--epochs <number>',
    'train for this many epochs',
    atLeast(1),
  )
  staged(chestnut, 'evaluate', 'judge the model on the testing set')
    .option('--folds <number>', 'cross-validate by patient instead, over this many folds', atLeast(2))
    .option('--seeds <number>', 'repeat the cross-validation with this many seeds', atLeast(1))
  staged(chestnut, 'publish', 'register the model and make it the one in production')
  training(chestnut, 'run', 'the whole cycle; only what changed').argument('[stage]', 'up to this stage; default: all')
  configured(command(chestnut, 'report', 'say what a change did to model, data and bill, and whether it passes'))
    .option(
      '--base <base>',
      'compare with a version ("pneumonia@3"), a model file or a commit ("main"); default: the model in production',
    )
    .option('--out <folder>', 'where verdict.md, .html, .png and .json are written; default: the folder of results')
    .option(
      '--publish <places>',
      'show it there too: file, github, check, summary, gitlab, with commas between; auto: where the workflow runs',
    )
    .action(async (options: ReportFlags) => (await import('./commands/report.ts')).report(options))
  configured(command(chestnut, 'attach', 'go on with a stage that runs on a rented machine'))
    .argument('[run]', 'the run, as "machines list" shows it; default: the only one')
    .action(async (run: string | undefined, options: CommonOptions) =>
      (await import('./commands/attach.ts')).attachTo(run, options),
    )

  configured(command(chestnut, 'layers', 'list the layers of a network, as "cut", "trainFrom" and "explain" name them'))
    .argument('[network]', 'an ONNX file, or a name such as vgg16; default: the backbone of the configuration')
    .action(async (network: string | undefined, options: CommonOptions) =>
      (await import('./commands/layers.ts')).layers(network, options),
    )
  configured(command(chestnut, 'predict', 'ask a model about films'))
    .argument('<films...>', 'films, or folders of films')
    .option('-m, --model <model>', 'a model file, or a version such as "pneumonia@3"')
    .option('--explain [folder]', 'save a picture for each film that shows where the model looked')
    .option('--finding <label>', "the finding that the pictures explain; default: the model's first")
    .addOption(prevalence())
    .action(async (films: string[], options: PredictOptions) =>
      (await import('./commands/predict.ts')).predict(films, options),
    )
  configured(command(chestnut, 'serve', 'answer over HTTP, and with a web page'))
    .option('-m, --model <model>', 'a model file, or a version such as "pneumonia@3"')
    .option('-p, --port <port>', 'port; default 8080', portNumber)
    .option('--host <address>', 'address to listen on; default 127.0.0.1')
    .option('--socket <path>', 'listen on a Unix socket instead, behind a proxy')
    .option('--name <version>', 'what answers call a model file, such as "pneumonia@3"', versionName)
    .addOption(prevalence())
    .action(async (options: ServeOptions) => (await import('./commands/serve.ts')).serveModel(options))
  target(
    configured(command(chestnut, 'deploy', 'put the server on a machine; the old one answers until the new one does')),
  )
    .option('-m, --model <model>', 'a model file, or a version such as "pneumonia@3"; default: the one in production')
    .option('--tls <domain>', 'answer over HTTPS under this name')
    .option('--no-tls', 'answer over HTTP alone again')
    .option('--certificate <file>', 'the chain of certificates for it; default: Caddy gets one')
    .option('--key <file>', 'the key of the certificate')
    .option('--secrets <file>', 'lines NAME=value for the environment of the server')
    .option('--hours <number>', 'how long a rented machine may be there at most; default: 24', atLeast(1))
    .option('--force', 'start a new server even if this model answers already')
    .option('-y, --yes', 'do not ask')
    .action(async (options: DeployFlags) => (await import('./commands/deploy.ts')).deployServer(options))
  target(configured(command(chestnut, 'rollback', 'let the server answer that was deployed before')))
    .option('-y, --yes', 'do not ask')
    .action(async (options: DeployFlags) => (await import('./commands/deploy.ts')).rollbackServer(options))
  configured(command(chestnut, 'import', 'register a classifier that Keras trained'))
    .argument('<paths...>', 'my_model.json and best.model.hdf5, one .h5 or .keras file, or their folder')
    .addOption(
      new Option('--contract <name>', 'how it sees films: pixels from 0 to 1, or 0 to 255 as the guide serves it')
        .choices(['training', 'as-served'])
        .default('training'),
    )
    .option('--name <name>', 'its name in the registry; default: the one of the configuration', modelName)
    .option('--labels <labels>', 'what its outputs stand for, with commas between; default: the target', list)
    .option('--size <pixels>', 'side of its images, where the model leaves it open', atLeast(1))
    .option('--promote', 'make it the model in production')
    .action(async (paths: string[], options: ImportFlags) =>
      (await import('./commands/import.ts')).importKeras(paths, options),
    )
  recordCommands(chestnut)
  machines(chestnut)
  onMachines(chestnut)
  storeCommands(chestnut)
  ciCommands(chestnut)
  imageCommands(chestnut)
  command(chestnut, 'demo', 'the whole cycle on drawn films, ending with a prediction and an explanation')
    .option('--folder <folder>', 'where to work; default: "chestnut-demo"')
    .option('--keep-serving', 'leave the server running at the end')
    .action(async (options: CommonOptions & { folder?: string; keepServing?: boolean }) =>
      (await import('./commands/demo.ts')).demo(options),
    )
  return chestnut
}

function machines(chestnut: Command): void {
  const parent = chestnut.command('machines').description('see, sweep and stop rented machines').exitOverride()
  const loaded = () => import('./commands/machines.ts')
  placed(command(parent, 'list', 'what is rented now, since when, until when, and what it costs')).action(
    async (options: CommonOptions) => (await loaded()).list(options),
  )
  placed(command(parent, 'sweep', 'destroy what is past its deadline'))
    .option('--scaleway', 'at Scaleway, with nothing but the keys of the environment')
    .action(async (options: CommonOptions & { scaleway?: boolean }) => (await loaded()).sweepNow(options))
  command(parent, 'guard', 'have Scaleway itself sweep every ten minutes, as a job of its own')
    .option('--remove', 'take the job away again')
    .option('-y, --yes', 'do not ask')
    .action(async (options: GuardFlags) => (await import('./commands/guard.ts')).guard(options))
  placed(command(parent, 'stop', 'destroy the machines of runs now, and wait until they are gone'))
    .argument('[runs...]', 'names or runs, as "machines list" shows them')
    .option('--all', 'all that this project has rented')
    .action(async (runs: string[], options: CommonOptions & { all?: boolean }) => (await loaded()).stop(runs, options))
}

/** The store of the project, or any bucket by name. */
function storeCommands(chestnut: Command): void {
  const group = chestnut
    .command('store')
    .description('look into the store, put files there and get them, make links')
    .exitOverride()
    .showHelpAfterError('(chestnut store --help shows what there is)')
  const one = (name: string, description: string): Command =>
    command(group, name, description)
      .option('-c, --config <file>', 'the configuration; default: chestnut.config.ts')
      .option('--endpoint <address>', 'where the bucket is, such as https://s3.fr-par.scw.cloud')
      .option('--region <region>', 'the region of the bucket')
      .option('--profile <name>', 'whose keys: a profile of AWS or scw, or s3cmd')
  one('ls', 'list what is there')
    .argument('[prefix]', 'what keys begin with, or s3://BUCKET/PREFIX; default: all')
    .action(async (prefix: string | undefined, flags: StoreFlags) =>
      (await import('./commands/store.ts')).list(prefix, flags),
    )
  one('get', 'get an object, or all below a prefix; goes on where it was interrupted')
    .argument('<key>', 'a key or a prefix, or s3://BUCKET/KEY')
    .argument('[path]', 'a file or folder; default: the last part of the key, here')
    .action(async (key: string, path: string | undefined, flags: StoreFlags) =>
      (await import('./commands/store.ts')).get(key, path, flags),
    )
  one('put', 'put a file, or all files of a folder; goes on where it was interrupted')
    .argument('<path>', 'a file or a folder')
    .argument(
      '[key]',
      'a key, or s3://BUCKET/KEY; one that ends with a slash is a folder; default: the name of the file',
    )
    .action(async (path: string, key: string | undefined, flags: StoreFlags) =>
      (await import('./commands/store.ts')).put(path, key, flags),
    )
  one('link', 'print an address that lets whoever has it read one object for a while')
    .argument('<key>', 'a key, or s3://BUCKET/KEY')
    .option('--put', 'let them write it instead')
    .option('--expires <seconds>', 'how long it is good for; default: 3600, at most 604800', atLeast(1), 3600)
    .action(async (key: string, flags: StoreFlags & { put?: boolean; expires: number }) =>
      (await import('./commands/store.ts')).link(key, flags),
    )
}

/** Workflows of GitHub, pipelines of GitLab. */
function ciCommands(chestnut: Command): void {
  const group = chestnut
    .command('ci')
    .description('have GitHub or GitLab run the cycle on every pull request, and say what it did')
    .exitOverride()
    .showHelpAfterError('(chestnut ci --help shows what there is)')
  const about = (of: Command): Command =>
    placed(of)
      .option('--gitlab', 'for GitLab; default: for GitHub')
      .option('--prepare-on <machine>', 'the machine that prepares; default: the one called "cpu"')
      .option('--train-on <machine>', 'the machine that trains; default: the one called "gpu", or the only one')
      .option('--deploy-on <machine>', 'where the server is; default: the machine called "web"')
  about(command(group, 'init', 'write the workflows; what somebody has changed stays'))
    .option('--branch <name>', "what is merged into; default: the remote's own")
    .option('--hours <number>', 'how long a machine of a stage may be there at most; default: 5', atLeast(1))
    .option('--films <key>', 'what the films are called in the store, where a runner gets them from')
    .option('--image <image>', 'run jobs in this image, by digest, in place of installing Chestnut')
    .option('--force', 'replace what somebody has changed')
    .action(async (options: CiOptions) => (await import('./commands/ci.ts')).initCi(options))
  about(command(group, 'secrets', 'list what is to be set where, and what is set here')).action(
    async (options: CiOptions) => (await import('./commands/ci.ts')).ciSecrets(options),
  )
  placed(command(group, 'check', 'look whether the workflows are safe')).action(async (options: CommonOptions) =>
    (await import('./commands/ci.ts')).checkCi(options),
  )
  command(group, 'post', 'tell people how a run ended; for workflows')
    .option('--from <folder>', 'where its jobs laid what they found; default: "out"')
    .option(
      '--publish <places>',
      'github, check, summary, gitlab, file, with commas between; default: those of the run',
    )
    .action(async (flags: CiPostFlags) => (await import('./commands/ci-post.ts')).postCi(flags))
}

function imageCommands(chestnut: Command): void {
  const group = chestnut
    .command('image')
    .description('put the project into a container image')
    .exitOverride()
    .showHelpAfterError('(chestnut image --help shows what there is)')
  const one = (name: string, description: string): Command =>
    placed(command(group, name, description)).option('--gpu', 'with CUDA; default: for the processor')
  one('init', 'write a Dockerfile, for those who want it otherwise')
    .option('--force', 'replace what is there')
    .action(async (options: ImageFlags) => (await import('./commands/image.ts')).initImage(options))
  one('build', 'build the image with buildah, podman or docker, and list what is in it')
    .option('--tag <name>', 'what it is called; default: the name of the configuration, with the commit')
    .option('--push <registry>', 'send it there, such as ghcr.io/you, and say its digest and its size')
    .option(
      '--base <image>',
      'an image with Node, or the folder of a system',
      'docker.io/library/node:22-bookworm-slim',
    )
    .option('--gpu-base <image>', 'an image with CUDA 12 and cuDNN 9')
    .option('--cuda-sha256 <digest>', "of ONNX Runtime's package for CUDA")
    .action(async (options: ImageBuildFlags) => (await import('./commands/image.ts')).buildImage(options))
}

/** A command that runs one stage, and those before it that it needs. */
function staged(parent: Command, name: string, description: string): Command {
  return configured(command(parent, name, description))
    .option('--seed <number>', 'the seed of every random draw', wholeNumber)
    .option('--force', 'run even if nothing changed')
    .option('--on <name>', 'run this stage on a machine of the configuration')
    .option('--detach', 'leave once it runs there; "chestnut attach" comes back')
    .option('--hours <number>', 'how long the machine may be there at most; default: 6', atLeast(1))
    .option('-y, --yes', 'do not ask before a machine is rented')
    .action(async (...given: readonly unknown[]) => {
      const command = given.at(-1) as Command
      const stage = name === 'run' ? command.args[0] : name
      await (await import('./commands/cycle.ts')).cycle(stage ?? 'run', command.opts<CycleOptions>())
    })
}

/** What a rented machine is told, and no person types. */
function onMachines(chestnut: Command): void {
  const hidden = (name: string): Command => chestnut.command(name, { hidden: true }).exitOverride()
  hidden('work-on-order')
    .argument('<bundle>')
    .argument('<folder>')
    .action(async (bundle: string, folder: string) => (await import('./commands/on-machine.ts')).work(bundle, folder))
  hidden('send-outputs')
    .argument('<store>')
    .action(async (store: string) => (await import('./commands/on-machine.ts')).send(store))
}

/** Where a deployment is, and how people reach it. */
function target(of: Command): Command {
  return of
    .option('--on <name>', 'a machine of the configuration; default: local, this computer')
    .option('--folder <folder>', 'where it lies there; default: /opt/chestnut, or .chestnut/deploy on this computer')
    .option('-p, --port <port>', 'port of the proxy for HTTP; default 80, or 8080 on this computer', portNumber)
    .option('--tls-port <port>', 'port of the proxy for HTTPS; default 443', portNumber)
    .addOption(new Option('--proxy <program>', 'what stands in front; default: caddy').choices(['caddy', 'nginx']))
}

function prevalence(): Option {
  return new Option(
    '--prevalence <share>',
    'the share of films with the finding where they come from, such as 0.02, or "Effusion=0.1,Edema=0.02"',
  ).argParser(sitePrevalence)
}

/** A staged command that people type to train. */
function training(parent: Command, name: string, description: string): Command {
  return staged(parent, name, description)
    .option('--fresh', 'begin the training anew, without what an interrupted one left')
    .option('--profile', 'say where the time of the training went')
}

function modelName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(text))
    throw new InvalidArgumentError('Wanted small letters, digits and hyphens.')
  return text
}

function versionName(text: string): ModelName {
  const [, name, version] = /^([a-z0-9][a-z0-9-]{0,62})@(\d{1,9})$/.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('Wanted a name and a number, such as "pneumonia@3".')
  return { name, version: Number(version) }
}

function list(text: string): readonly string[] {
  const words = text.split(',').map(word => word.trim())
  if (words.includes('')) throw new InvalidArgumentError('Wanted words with commas between.')
  return words
}

function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port > 65_535) throw new InvalidArgumentError('Wanted a port between 0 and 65535.')
  return port
}
