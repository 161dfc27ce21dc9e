import { isJsonObject, type JsonObject } from '../core/index.ts'
import { hoursOf, type PolicyOptions } from './github-policy.ts'
import { type CiProblem, isProblem, readYaml } from './read-yaml.ts'

/** Words of a pipeline that are no job. */
const words = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
])

/** Looks at a pipeline of GitLab. @returns what is wrong, in the order of its lines */
export function checkPipeline(file: string, text: string, { local = [] }: PolicyOptions = {}): readonly CiProblem[] {
  const read = readYaml(file, text)
  if (isProblem(read)) return [read]
  const { root, lineOf } = read
  const problems: CiProblem[] = []
  const report = (path: readonly (string | number)[], says: string, remedy: string): void => {
    problems.push({ file, line: lineOf(path), says, remedy })
  }
  const usual = isJsonObject(root['default']) ? root['default'] : {}
  const jobs = Object.entries(root).filter((pair): pair is [string, JsonObject] => {
    return !words.has(pair[0]) && isJsonObject(pair[1]) && 'script' in pair[1]
  })
  for (const [name, job] of jobs) {
    const has = (key: string): unknown => job[key] ?? usual[key]
    if (has('timeout') === undefined) report([name], `the job "${name}" has no end`, 'write "timeout:"')
    const hours = hoursOf(textsOf(job['script']), local)
    if (hours === undefined) continue
    if (has('interruptible') !== false)
      report([name, 'interruptible'], `"${name}" may be ended in the middle of renting`, 'write "interruptible: false"')
    if (job['resource_group'] === undefined)
      report([name], `two runs of "${name}" may rent at once`, 'write "resource_group: chestnut"')
    if (job['environment'] === undefined)
      report(
        [name],
        `"${name}" rents machines outside of an environment`,
        'write "environment:", for which its keys are',
      )
    if (minutesOf(has('timeout')) >= hours * 60) {
      report(
        [name, 'timeout'],
        `"${name}" does not end before its machine does, at ${hours} hours`,
        `write less than ${hours * 60} minutes`,
      )
    }
    const teardown = jobs.find(
      ([other, { script }]) => other !== name && textsOf(script).some(line => stops.test(line)),
    )
    if (teardown === undefined) {
      report(
        [name],
        `nothing gives the machines of "${name}" back when its runner dies`,
        'add a job with "when: always" that runs "chestnut machines stop --all"',
      )
    } else if (!isAlways(teardown[1]))
      report([teardown[0]], `"${teardown[0]}" is left out when "${name}" fails`, 'write "when: always" in its rules')
  }
  return problems.sort((a, b) => a.line - b.line)
}

/** By itself, or by all of its rules. What becomes of its artifacts is another matter. */
function isAlways({ when, rules }: JsonObject): boolean {
  if (!Array.isArray(rules)) return when === 'always'
  return rules.every(rule => isJsonObject(rule) && (rule['when'] ?? when) === 'always')
}

const stops = /\bchestnut\s+machines\s+stop\b/

function textsOf(script: unknown): readonly string[] {
  return Array.isArray(script) ? script.flat().map(String) : script === undefined ? [] : [String(script)]
}

/** "290 minutes", "4h 50m", "5 hours"; what cannot be read does not end. */
function minutesOf(timeout: unknown): number {
  const parts = [...String(timeout).matchAll(/(\d+)\s*([a-z]+)/g)]
  if (parts.length === 0) return Number.POSITIVE_INFINITY
  return parts.reduce(
    (sum, [, number, unit = '']) =>
      sum +
      Number(number) * (unit.startsWith('h') ? 60 : unit.startsWith('s') ? 1 / 60 : unit.startsWith('d') ? 1440 : 1),
    0,
  )
}
