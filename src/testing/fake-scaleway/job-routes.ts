import { z } from 'zod'
import { invalidArgument, notFound } from './api-error.ts'
import type { FakeJob, FakeJobRun, Jobs } from './jobs.ts'
import { stepOf } from './jobs.ts'
import { type Call, date, pageOf, type Route, readBody } from './route.ts'
import type { World } from './world.ts'

const cron = z.strictObject({ schedule: z.string(), timezone: z.string() })
const environment = z.record(z.string(), z.string())
const createBody = z.strictObject({
  name: z.string().min(1),
  project_id: z.string(),
  cpu_limit: z.int().min(70).max(6000),
  memory_limit: z.int().min(128).max(16384),
  local_storage_capacity: z.int().max(10240).optional(),
  image_uri: z.string().min(1),
  command: z.string(),
  description: z.string(),
  environment_variables: environment.optional(),
  job_timeout: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  cron_schedule: cron.optional(),
})
const updateBody = createBody.omit({ project_id: true }).partial()
const startBody = z.strictObject({
  command: z.string().optional(),
  environment_variables: environment.optional(),
  replicas: z.literal(1).optional(),
})
const secretsBody = z.strictObject({
  secrets: z.array(
    z.strictObject({ secret_manager_id: z.string(), secret_manager_version: z.string(), env_var_name: z.string() }),
  ),
})

const base = '/serverless-jobs/v1alpha1/regions/{region}'

/** Serverless jobs, as far as a job on cron needs them. */
export function jobRoutes(world: World, jobs: Jobs): readonly Route[] {
  return [...definitionRoutes(world, jobs), ...runRoutes(jobs), ...secretRoutes(world, jobs)]
}

function definitionRoutes(world: World, jobs: Jobs): readonly Route[] {
  const one = `${base}/job-definitions/{job}`
  return [
    {
      name: 'jobs.listJobDefinitions',
      method: 'GET',
      path: `${base}/job-definitions`,
      query: ['page', 'page_size', 'order_by', 'project_id', 'organization_id'],
      run: call => {
        const found = [...jobs.definitions.values()].filter(job => job.region === call.path['region'])
        return pageOf(
          call,
          'job_definitions',
          found.map(job => jobJson(world, job)),
          'page_size',
        )
      },
    },
    {
      name: 'jobs.createJobDefinition',
      method: 'POST',
      path: `${base}/job-definitions`,
      run: call => ({ json: jobJson(world, create(world, jobs, call)) }),
    },
    {
      name: 'jobs.getJobDefinition',
      method: 'GET',
      path: one,
      run: call => ({ json: jobJson(world, jobOf(jobs, call)) }),
    },
    {
      name: 'jobs.updateJobDefinition',
      method: 'PATCH',
      path: one,
      run: call => {
        const job = jobOf(jobs, call)
        update(job, readBody(updateBody, call))
        jobs.schedule(job)
        return { json: jobJson(world, job) }
      },
    },
    {
      name: 'jobs.deleteJobDefinition',
      method: 'DELETE',
      path: one,
      run: call => {
        jobs.definitions.delete(jobOf(jobs, call).id)
        return { status: 204 }
      },
    },
  ]
}

function runRoutes(jobs: Jobs): readonly Route[] {
  return [
    {
      name: 'jobs.startJobDefinition',
      method: 'POST',
      path: `${base}/job-definitions/{job}/start`,
      run: call => {
        readBody(startBody, call)
        return { json: { job_runs: [runJson(jobs.start(jobOf(jobs, call)))] } }
      },
    },
    {
      name: 'jobs.listJobRuns',
      method: 'GET',
      path: `${base}/job-runs`,
      query: ['page', 'page_size', 'order_by', 'job_definition_id', 'project_id', 'state', 'states'],
      run: call => {
        const wanted = call.query.get('job_definition_id')
        const found = jobs.runs.filter(run => wanted === null || run.job.id === wanted)
        return pageOf(call, 'job_runs', found.map(runJson), 'page_size')
      },
    },
    {
      name: 'jobs.getJobRun',
      method: 'GET',
      path: `${base}/job-runs/{run}`,
      run: call => {
        const id = call.path['run'] ?? ''
        const run = jobs.runs.find(one => one.id === id)
        if (run === undefined) throw notFound('job_run', id)
        return { json: runJson(run) }
      },
    },
  ]
}

function secretRoutes(world: World, jobs: Jobs): readonly Route[] {
  const path = `${base}/job-definitions/{job}/secrets`
  const shown = (job: FakeJob): unknown[] =>
    job.secrets.map(({ id, secret, version, variable }) => ({
      secret_id: id,
      secret_manager_id: secret,
      secret_manager_version: version,
      env_var: { name: variable },
    }))
  return [
    {
      name: 'jobs.listJobDefinitionSecrets',
      method: 'GET',
      path,
      run: call => {
        const secrets = shown(jobOf(jobs, call))
        return { json: { secrets, total_count: secrets.length } }
      },
    },
    {
      name: 'jobs.createJobDefinitionSecrets',
      method: 'POST',
      path,
      run: call => {
        const job = jobOf(jobs, call)
        for (const { secret_manager_id: secret, secret_manager_version: version, env_var_name: variable } of readBody(
          secretsBody,
          call,
        ).secrets) {
          if (!jobs.secrets.has(secret)) throw notFound('secret', secret)
          if (job.secrets.some(one => one.variable === variable))
            throw invalidArgument('env_var_name', 'is taken already')
          job.secrets.push({ id: world.newId(), secret, version, variable })
        }
        return { json: { secrets: shown(job) } }
      },
    },
  ]
}

function jobOf(jobs: Jobs, call: Call): FakeJob {
  const id = call.path['job'] ?? ''
  const job = jobs.definitions.get(id)
  if (job === undefined || job.region !== call.path['region']) throw notFound('job_definition', id)
  return job
}

function create(world: World, jobs: Jobs, call: Call): FakeJob {
  const body = readBody(createBody, call)
  if (body.project_id !== world.project) throw invalidArgument('project_id', 'no such project')
  if (body.cron_schedule !== undefined) stepOf(body.cron_schedule.schedule)
  const job: FakeJob = {
    id: world.newId(),
    region: call.path['region'] ?? '',
    created: world.time,
    name: body.name,
    cpu: body.cpu_limit,
    memory: body.memory_limit,
    image: body.image_uri,
    command: body.command,
    environment: body.environment_variables ?? {},
    description: body.description,
    timeout: body.job_timeout,
    cron: body.cron_schedule,
    secrets: [],
  }
  jobs.definitions.set(job.id, job)
  jobs.schedule(job)
  return job
}

function update(job: FakeJob, body: z.infer<typeof updateBody>): void {
  if (body.cron_schedule !== undefined) stepOf(body.cron_schedule.schedule)
  job.name = body.name ?? job.name
  job.cpu = body.cpu_limit ?? job.cpu
  job.memory = body.memory_limit ?? job.memory
  job.image = body.image_uri ?? job.image
  job.command = body.command ?? job.command
  job.environment = body.environment_variables ?? job.environment
  job.description = body.description ?? job.description
  job.timeout = body.job_timeout ?? job.timeout
  // A schedule of its own each time: that of before ends with it.
  job.cron = { ...(body.cron_schedule ?? job.cron ?? { schedule: '', timezone: '' }) }
  if (job.cron.schedule === '') job.cron = undefined
}

function jobJson(world: World, job: FakeJob): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    name: job.name,
    project_id: world.project,
    created_at: date(job.created),
    updated_at: date(job.created),
    cpu_limit: job.cpu,
    memory_limit: job.memory,
    local_storage_capacity: 1000,
    image_uri: job.image,
    command: job.command,
    environment_variables: job.environment,
    description: job.description,
    job_timeout: job.timeout ?? null,
    cron_schedule: job.cron ?? null,
    region: job.region,
  }
}

function runJson(run: FakeJobRun): Readonly<Record<string, unknown>> {
  return {
    id: run.id,
    job_definition_id: run.job.id,
    state: run.state,
    created_at: date(run.created),
    terminated_at: run.ended === undefined ? null : date(run.ended),
    exit_code: run.exitCode ?? null,
    error_message: '',
    cpu_limit: run.job.cpu,
    memory_limit: run.job.memory,
    command: run.job.command,
    environment_variables: run.job.environment,
    region: run.job.region,
  }
}
