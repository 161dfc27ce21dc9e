import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { packageRoot } from '../src/core/index.ts'
import { defaultSplit, fetchData, prepare } from '../src/dataset/index.ts'

export interface GuideFolderOptions {
  /** `patient` makes sets that share no patient. Default `image`, as the guide parts. */
  readonly by?: 'patient' | 'image'
}

const model = join(packageRoot(), 'src', 'models', 'keras', 'fixtures', 'guide')

/** A checkout of the guide's project after its pipeline and its training have run, with drawn films. */
export async function guideFolder(folder: string, { by = 'image' }: GuideFolderOptions = {}): Promise<void> {
  const drawn = { folder: join(dirname(folder), 'drawn'), base: folder }
  const films = await fetchData({ kind: 'phantoms', patients: 40, size: 64 }, drawn)
  const sets = await prepare(films, {
    targets: ['Pneumonia'],
    split: { ...defaultSplit, by, validation: 0 },
    digests: new Map(),
    manifest: false,
  })
  const images = join(folder, 'data', 'images')
  await mkdir(images, { recursive: true })
  for (const film of films.films) await copyFile(film.path, join(images, basename(film.path)))
  await copyFile(films.table, join(folder, 'data', 'Data_Entry_2017.csv'))
  // In the guide the pipeline runs in a container, which has the checkout at /app.
  const inContainer = (csv: string): string => csv.replaceAll(/,[^,\n]*\/([^/,\n]+\.png)$/gm, ',/app/data/images/$1')
  const files: Readonly<Record<string, string>> = {
    'data/training_set.csv': inContainer(sets.training),
    'data/testing_set.csv': inContainer(sets.testing),
    'pipeline/run_pipeline.py': "train_df, test_df = create_splits(df, 0.25, 'Pneumonia')\n",
    'model/data_generator.py': 'IMG_SIZE = (224, 224)\nBATCH_SIZE = 16\n',
    'model/model.py': trainingScript,
    'server/server.py': 'app = Flask(__name__)\n',
    'run_pipeline.sh': uploads('data/testing_set.csv', 'data/training_set.csv'),
    'run_and_save_model_to_S3.sh': uploads('model/best.model.hdf5', 'model/history.png', 'model/my_model.json'),
    '.s3cfg': settings,
    '.github/workflows/run_pipeline.yml': workflow,
    Dockerfile: 'FROM python:3.7\n',
    'requirements.txt': 'tensorflow==2.4.1\n',
    'README.md': 'wget https://another-bucket.s3.fr-par.scw.cloud/Archive.zip\n',
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  for (const name of ['my_model.json', 'best.model.hdf5'])
    await copyFile(join(model, name), join(folder, 'model', name))
}

/** The films of a set of the guide, by name. */
export async function filmsOfSet(folder: string, name: string): Promise<readonly string[]> {
  const [, ...lines] = (await readFile(join(folder, 'data', name), 'utf8')).trimEnd().split('\n')
  return lines.map(line => line.split(',')[1]!).sort()
}

const trainingScript = `EPOCHS = 12
LEARNING_RATE = 5e-5

def load_pretrained_model(layer_of_interest="block5_pool"):
    pass

model = Sequential()
model.add(Flatten())
model.add(Dropout(0.4))
model.add(Dense(256, activation='relu'))
model.add(Dropout(0.2))
model.add(Dense(1, activation='sigmoid'))
early = EarlyStopping(monitor='val_loss', mode='auto', patience=7)
`

const settings = `[default]
host_base = s3.nl-ams.scw.cloud
host_bucket = %(bucket)s.s3.nl-ams.scw.cloud
bucket_location = nl-ams
use_https = True
access_key = SCWACCESSKEYOFTHEGUIDE
secret_key = 11111111-2222-3333-4444-555555555555
`

const workflow = `name: CI
on:
  pull_request:
    branches: [ main ]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
    - name: Start Scaleway CPU Server
      uses: jawher/action-scw@v2.0.0-2
      env:
        SCW_SECRET_KEY: \${{ secrets.SCW_SECRET_KEY }}
        SCW_ZONE: fr-par-2
      with:
        args: instance server start -w \${{ secrets.SERVER_ID_CPU }}
    - name: Start Scaleway GPU Server
      uses: jawher/action-scw@v2.0.0-2
      with:
        args: instance server start -w \${{ secrets.SERVER_ID_GPU }}
`

function uploads(...files: readonly string[]): string {
  return files.map(file => `s3cmd put ${file} s3://scw-ml-films --acl-public\n`).join('')
}
