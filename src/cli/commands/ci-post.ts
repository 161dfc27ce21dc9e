import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type CiRun, outcomeOf, parseNeeds } from '../../ci/index.ts'
import { isJsonObject, Misuse, systemClock, systemCode } from '../../core/index.ts'
import { gitHubPlace, openPublishers, parsePublisherNames, usualPublishers } from '../../report/index.ts'
import { readJsonFile } from '../../store/index.ts'
import { interruption } from '../interruption.ts'
import { output } from '../output.ts'
import type { CommonOptions } from '../session.ts'

export interface CiPostFlags extends CommonOptions {
  /** Where the jobs laid what they found. Default "out". */
  readonly from?: string
  /** Places, with commas between. Default: those of the workflow or pipeline. */
  readonly publish?: string
}

/** Tells people how a run ended: the verdict, or why there is none, and what is left of what was rented. Reads no configuration: that is a program. */
export async function postCi(flags: CiPostFlags): Promise<void> {
  const out = output({ json: flags.json ?? false })
  const { signal, release } = interruption()
  try {
    const folder = resolve(flags.from ?? 'out')
    const names = flags.publish === undefined ? await usualPublishers() : parsePublisherNames(flags.publish)
    if (names.length === 0) {
      throw new Misuse('Cannot tell people how the run ended: this is no workflow and no pipeline', {
        next: 'chestnut ci post --publish file',
      })
    }
    const run = await readRun(folder, process.env)
    const posted = { key: 'verdict', ...outcomeOf(run), ...(run.commit === undefined ? {} : { commit: run.commit }) }
    const publishers = await openPublishers(names, { folder: join(folder, 'posted'), clock: systemClock })
    const published = []
    for (const publisher of publishers) {
      const done = { publisher: publisher.name, ...(await publisher.publish(posted, { signal })) }
      published.push(done)
      out.say(`${done.publisher}: ${done.was}, ${done.where}`)
    }
    out.record({ format: 'chestnut.ci-post/1', title: posted.title, passed: posted.passed ?? null, published })
  } finally {
    release()
  }
}

async function readRun(folder: string, environment: NodeJS.ProcessEnv): Promise<CiRun> {
  const data = await readJsonFile(join(folder, 'verdict.json'))
  const markdown = await readTextFile(join(folder, 'verdict.md'))
  const machines = await readJsonFile(join(folder, 'machines.json'))
  return {
    jobs: await jobsOf(folder, environment, isJsonObject(machines)),
    verdict: isJsonObject(data) && markdown !== undefined ? { data, markdown } : undefined,
    machines: isJsonObject(machines) ? machines : undefined,
    ...(await placeOf(environment)),
  }
}

/** GitHub knows how its jobs ended. At GitLab they leave files, or nothing where the runner died; which were to run stands in `CHESTNUT_JOBS`. */
async function jobsOf(folder: string, environment: NodeJS.ProcessEnv, hasMachines: boolean): Promise<CiRun['jobs']> {
  const needs = environment['CHESTNUT_NEEDS']
  if (needs !== undefined && needs !== '') return parseNeeds(parsedNeeds(needs))
  const found = parseNeeds(await readJsonFile(join(folder, 'jobs.json')))
  const results: Readonly<Record<string, string>> = { success: 'success', failed: 'failure', canceled: 'cancelled' }
  const wanted = (environment['CHESTNUT_JOBS'] ?? '').split(' ').filter(name => name !== '')
  const left = { teardown: hasMachines ? 'success' : 'failure' }
  const named = wanted.map(name => {
    const said = found[name]?.result ?? left[name as 'teardown'] ?? 'failure'
    return [name, { outcomes: {}, result: results[said] ?? said }] as const
  })
  return Object.fromEntries(named)
}

function parsedNeeds(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Misuse('Cannot read "CHESTNUT_NEEDS": it is no JSON, wanted toJSON(needs) of GitHub', { cause })
  }
}

async function placeOf(environment: NodeJS.ProcessEnv): Promise<Pick<CiRun, 'commit' | 'url'>> {
  if (environment['GITHUB_ACTIONS'] === 'true') {
    const { commit, repository } = await gitHubPlace(environment)
    const server = environment['GITHUB_SERVER_URL'] ?? 'https://github.com'
    const id = environment['GITHUB_RUN_ID'] ?? ''
    return { commit, url: /^\d+$/.test(id) ? `${server}/${repository}/actions/runs/${id}` : undefined }
  }
  return { commit: environment['CI_COMMIT_SHA'] || undefined, url: environment['CI_PIPELINE_URL'] || undefined }
}

async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
