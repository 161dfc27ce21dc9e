import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { episode } from '../chaos/machines/episode.ts'
import { figuresOf } from '../chaos/machines/figures.ts'
import { keptRuns } from '../chaos/machines/kept-runs.ts'
import { planOf } from '../chaos/machines/plan.ts'
import { chaos } from '../chaos/machines.ts'
import { packageRoot } from '../src/core/index.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-chaos-test-'))
})
after(() => rm(folder, { recursive: true, force: true }))
