import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/core/index.ts'

/** What stands in for an action: what it does on a machine of GitHub's, in a few lines of a shell. */
const scripts: Readonly<Record<string, { readonly inputs: readonly string[]; readonly run: string }>> = {
  'actions/checkout': {
    inputs: ['ref', 'persist-credentials'],
    run: `case "$PWD" in "$ACT_SCRATCH"/*) ;; *) echo "not a scratch folder: $PWD"; exit 1 ;; esac
find . -mindepth 1 -delete
git init -q -b main .
git fetch -q "$ORIGIN" "\${REF:-main}"
git checkout -q FETCH_HEAD`,
  },
  // Chestnut is the one under test, in the place where npm would put it.
  'actions/setup-node': {
    inputs: ['node-version', 'cache', 'cache-dependency-path'],
    run: 'echo "$STAND_INS/bin" >> "$GITHUB_PATH"',
  },
  'actions/cache': { inputs: ['path', 'key', 'restore-keys'], run: 'true' },
  'actions/upload-artifact': {
    inputs: ['name', 'path', 'if-no-files-found', 'overwrite', 'retention-days'],
    run: `if [ "$GITHUB_JOB" = cycle ] && [ -e "$DEAD_RUNNER" ]; then exit 137; fi
mkdir -p "$ARTIFACTS/$NAME"
shopt -s nullglob
for file in $PATH_OF_FILES; do cp "$file" "$ARTIFACTS/$NAME/"; done`,
  },
  'actions/download-artifact': {
    inputs: ['pattern', 'merge-multiple', 'path'],
    run: `mkdir -p "$PATH_OF_FILES"
shopt -s nullglob
for folder in "$ARTIFACTS"/$PATTERN; do cp "$folder"/* "$PATH_OF_FILES/"; done`,
  },
}

/** Writes them. @returns the folders, by the names and commits that the workflow uses */
export async function standIns(folder: string, workflow: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const [, name = '', commit = ''] of workflow.matchAll(/uses: (\S+)@([0-9a-f]{40})/g)) {
    const script = scripts[name]
    if (script === undefined) throw new Error(`Nothing stands in for "${name}"`)
    const place = join(folder, name)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'action.yml'), actionText(name, script.inputs, script.run))
    found[`${name}@${commit}`] = place
  }
  await programs(join(folder, 'bin'))
  return found
}

function actionText(name: string, inputs: readonly string[], run: string): string {
  const environment = inputs.map(input => {
    // PATH is taken.
    const variable = input === 'path' ? 'PATH_OF_FILES' : input.toUpperCase().replaceAll('-', '_')
    return `        ${variable}: \${{ inputs.${input} }}`
  })
  return [
    `name: ${name}`,
    'inputs:',
    ...inputs.map(input => `  ${input}:\n    default: ''`),
    'runs:',
    '  using: composite',
    '  steps:',
    '    - shell: bash',
    '      env:',
    ...environment,
    '      run: |',
    ...run.split('\n').map(line => `        ${line}`),
    '',
  ].join('\n')
}

/**
 * `npm`, which installs Chestnut by a link, and `chestnut` itself, which writes down what it is asked to do and who it is, so that a test can
 * kill it. Once its runner is dead, nothing of that job does anything any more.
 */
async function programs(folder: string): Promise<void> {
  const chestnut = `#!/bin/sh
echo "$GITHUB_JOB $*" >> "$COMMANDS"
if [ "$GITHUB_JOB" = cycle ] && [ -e "$DEAD_RUNNER" ]; then exit 137; fi
echo "$$" > "$PROCESSES/$GITHUB_JOB"
# act says that GitHub is where it always is.
export GITHUB_API_URL="$FAKE_GITHUB" GITHUB_GRAPHQL_URL="$FAKE_GITHUB/graphql"
exec node "${join(packageRoot(), 'dist', 'src', 'cli', 'main.js')}" "$@"
`
  const npm = `#!/bin/sh
mkdir -p node_modules/.bin
ln -sfn "${packageRoot()}" node_modules/chestnut
cp "${join(folder, 'chestnut-of-the-test')}" node_modules/.bin/chestnut
`
  await mkdir(folder, { recursive: true })
  for (const [name, text] of [
    ['chestnut-of-the-test', chestnut],
    ['npm', npm],
  ] as const) {
    await writeFile(join(folder, name), text)
    await chmod(join(folder, name), 0o755)
  }
}
