import { type Config, importModel, type KerasContract } from '../../project/index.ts'
import { type CommonOptions, inProject } from '../session.ts'

export interface ImportFlags extends CommonOptions {
  readonly contract: KerasContract
  readonly name?: string
  readonly labels?: readonly string[]
  readonly size?: number
  readonly promote?: boolean
}

const words: Readonly<Record<KerasContract, { readonly this: string; readonly other: string }>> = {
  training: {
    this: 'pixels from 0 to 1, as the guide trains; positive from 0.50 on',
    other: 'pixels from 0 to 255, as the guide serves',
  },
  'as-served': {
    this: 'pixels from 0 to 255, as the guide serves, though it trains on 0 to 1; positive from 0.51 on',
    other: 'pixels from 0 to 1, as the guide trains',
  },
}

/** Registers a model that Keras trained, and says what the choice of its contract changes. */
export async function importKeras(paths: readonly string[], options: ImportFlags): Promise<void> {
  const { contract, labels, size, promote, name } = options
  const change = (config: Config): Config => (name === undefined ? config : { ...config, name })
  await inProject({ ...options, change }, async ({ workspace, output, display }) => {
    const { version, file, otherContract } = await importModel(workspace, { paths, contract, labels, size, promote })
    display.clear()
    const reference = `${version.name}@${version.version}`
    output.record({ model: reference, file, contract, otherContract })
    output.say(`Imported ${reference} into ${file}`)
    output.say(`contract ${contract}: ${words[contract].this}`)
    output.say(
      `with ${words[contract].other}, its answers to drawn films would move by up to ${otherContract.toFixed(2)}`,
    )
    output.say(
      promote === true
        ? 'it is the model in production now'
        : `next: chestnut predict FILM --model ${reference}; --promote puts it into production`,
    )
  })
}
