import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { packageRoot, random } from '../src/core/index.ts'
import { type FaultyProxy, faultyProxy } from '../src/testing/faulty-proxy.ts'
import { type Versitygw, versitygw } from '../src/testing/versitygw.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'

const megabyte = 1 << 20
/** Seconds after which a side that stands still is given up: its turn counts as this long. */
const longestTurn = 300

export const bench: Benchmark = {
  name: 'store',
  title:
    'one large file and many small ones into a bucket and out of it, beside rclone and s3cmd; an upload that is killed',
  async run({ quick }) {
    spawnSync('sh', [join(packageRoot(), 'scripts', 'peers', 'versitygw.sh')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const folder = mkdtempSync(join(tmpdir(), 'chestnut-bench-'))
    try {
      await using server = await versitygw()
      const size = (quick ? 64 : 1024) * megabyte
      const files = quick ? 200 : 10_000
      await inputs(folder, size, files)
      const sides = [chestnut, rclone(), s3cmd(folder, server)]
      const runs = quick ? 1 : 3
      return [
        ...(await compare(server, folder, sides, { what: 'large', runs, words: `${size / megabyte} MiB in one file` })),
        await killed(server, join(folder, 'large'), size),
        ...(await compare(server, folder, sides, {
          what: 'small/',
          runs: quick ? 1 : 2,
          words: `${files} small files`,
        })),
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** `large`, and `small/0` … of about 40 KB, none of them compressible. */
async function inputs(folder: string, size: number, files: number): Promise<void> {
  const draw = random(1, 'store')
  const block = Buffer.from(draw.words(new Uint32Array(megabyte * 4)).buffer)
  for (let at = 0; at < size; at += block.length) {
    block.writeUInt32LE(at / megabyte)
    await appendFile(join(folder, 'large'), block)
  }
  mkdirSync(join(folder, 'small'))
  for (let i = 0; i < files; i++) {
    const from = draw.integer(block.length - 50_000)
    await writeFile(join(folder, 'small', `${i}.png`), block.subarray(from, from + 35_000 + draw.integer(10_000)))
  }
}

interface Side {
  readonly name: string
  command(direction: 'put' | 'get', turn: Turn): readonly [program: string, ...words: string[]]
  readonly env?: (server: Versitygw) => Record<string, string>
}

interface Turn {
  readonly server: Versitygw
  readonly bucket: string
  /** A path; with a slash at its end where it is a folder. */
  readonly path: string
  readonly key: string
}

const chestnut: Side = {
  name: 'Chestnut',
  command: (direction, { server, bucket, path, key }) => [
    process.execPath,
    fileURLToPath(new URL('store/chestnut.js', import.meta.url)),
    server.endpoint,
    bucket,
    direction,
    ...(direction === 'put' ? [path, key] : [key, path]),
  ],
  env: ({ keys }) => ({ AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret }),
}

function rclone(): Side {
  const { stdout } = spawnSync('sh', [join(packageRoot(), 'bench', 'store', 'rclone.sh')], { encoding: 'utf8' })
  return {
    name: 'rclone',
    command: (direction, { bucket, path, key }) => {
      const ends = direction === 'put' ? [path, `s:${bucket}/${key}`] : [`s:${bucket}/${key}`, path]
      return [stdout.trim(), key.endsWith('/') ? 'copy' : 'copyto', ...ends]
    },
    env: ({ endpoint, keys }) => ({
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_S_TYPE: 's3',
      RCLONE_CONFIG_S_PROVIDER: 'Other',
      RCLONE_CONFIG_S_ENDPOINT: endpoint,
      RCLONE_CONFIG_S_REGION: 'us-east-1',
      RCLONE_CONFIG_S_ACCESS_KEY_ID: keys.id,
      RCLONE_CONFIG_S_SECRET_ACCESS_KEY: keys.secret,
      // The bucket is there; a folder that was made by hand is none that the server can be asked to make.
      RCLONE_S3_NO_CHECK_BUCKET: 'true',
    }),
  }
}

function s3cmd(folder: string, { endpoint, keys }: Versitygw): Side {
  const host = new URL(endpoint).host
  const config = join(folder, 's3cfg')
  const text = `[default]\naccess_key = ${keys.id}\nsecret_key = ${keys.secret}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`
  const written = writeFile(config, text)
  written.catch(() => undefined) // a side without its configuration fails in its first turn
  return {
    name: 's3cmd',
    command: (direction, { bucket, path, key }) => {
      const target = `s3://${bucket}/${key}`
      const ends = direction === 'put' ? [path, target] : [target, path]
      return [
        's3cmd',
        '-c',
        config,
        '--no-progress',
        '-q',
        ...(key.endsWith('/') ? ['sync'] : [direction, '--force']),
        ...ends,
      ]
    },
  }
}

interface Comparison {
  readonly what: 'large' | 'small/'
  readonly runs: number
  readonly words: string
}

/**
 * Every side in its turn, into a bucket and out of it again. A peer that takes far longer than the fastest side is stopped, and is not
 * asked again: only the faster peer counts.
 */
async function compare(
  server: Versitygw,
  folder: string,
  sides: readonly Side[],
  { what, runs, words }: Comparison,
): Promise<readonly Figure[]> {
  const seconds = { put: new Map<string, number[]>(), get: new Map<string, number[]>() }
  const stopped = new Set<string>()
  for (let run = 0; run < runs; run++) {
    const filled: string[] = []
    for (const side of sides) {
      const { bucket } = server.bucket()
      let isFilled = false
      const out = mkdtempSync(join(folder, 'out-'))
      if (what === 'small/') mkdirSync(join(out, 'small'))
      for (const direction of ['put', 'get'] as const) {
        const all = seconds[direction]
        if (stopped.has(`${side.name} ${direction}`)) continue
        // Ours is never stopped; a peer that is, counts as if it had come to its end just then.
        const faster = Math.min(...[...all.values()].map(values => Math.min(...values)))
        const longest = side === chestnut ? longestTurn : Math.min(longestTurn, 1.5 * faster + 5)
        const path = join(direction === 'put' ? folder : out, what)
        // Whoever was stopped in the middle reads what another wrote.
        const from = direction === 'put' || isFilled ? bucket : filled[0]!
        const turn = { server, bucket: from, path, key: what, longest }
        const { taken, isWhole } = await timed(side, direction, turn)
        if (direction === 'put') isFilled = isWhole
        if (!isWhole) stopped.add(`${side.name} ${direction}`)
        all.set(side.name, [...(all.get(side.name) ?? []), taken])
      }
      filled.push(bucket)
      rmSync(out, { recursive: true })
    }
    for (const bucket of filled) server.empty(bucket)
  }
  return (['put', 'get'] as const).map(direction => {
    const all = sides.map(({ name }) => ({ name, median: median(seconds[direction].get(name)!) }))
    console.error(`${direction} ${words}: ${all.map(one => `${one.name} ${one.median.toFixed(2)} s`).join(', ')}`)
    const [ours, ...others] = all.map(one => one.median)
    const value = Number((Math.min(...others) / ours!).toFixed(2))
    return { case: `${direction} ${words}, beside the faster peer`, value, unit: 'x', goal: 1, met: value >= 1, runs }
  })
}

interface Taken {
  /** Seconds. */
  readonly taken: number
  /** Whether it came to its end. */
  readonly isWhole: boolean
}

async function timed(side: Side, direction: 'put' | 'get', turn: Turn & { readonly longest: number }): Promise<Taken> {
  const [program, ...words] = side.command(direction, turn)
  const started = performance.now()
  const child = spawn(program, words, {
    env: { ...process.env, ...side.env?.(turn.server) },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: Math.ceil(turn.longest * 1000),
    killSignal: 'SIGKILL',
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (code !== 0 && signal === null) throw new Error(`${side.name} ended with ${code}: ${words.join(' ')}`)
  const taken = (performance.now() - started) / 1000
  if (signal !== null) console.error(`${side.name} was stopped after ${taken.toFixed(0)} s: ${direction} ${turn.key}`)
  return { taken, isWhole: signal === null }
}

/** Kills an upload in its middle and counts what is sent in all until it is there. */
async function killed(server: Versitygw, path: string, size: number): Promise<Figure> {
  await using proxy = await faultyProxy(server.endpoint)
  const { bucket } = server.bucket()
  const through = { ...server, endpoint: proxy.endpoint }
  const turn = { server: through, bucket, path, key: 'large' }
  await killHalfway(proxy, turn, size)
  await timed(chestnut, 'put', { ...turn, longest: longestTurn })
  const value = Number((proxy.received() / size).toFixed(3))
  console.error(`sent in all, with a kill in the middle: ${value} of the file`)
  // What was under way when it was killed is sent twice: four parts of 8 MiB.
  const goal = Number((1 + (4 * 8 * megabyte) / size + 0.001).toFixed(3))
  return {
    case: 'bytes sent of an upload that was killed and resumed, of the file',
    value,
    unit: 'x',
    goal,
    met: value <= goal,
    runs: 1,
  }
}

async function killHalfway(proxy: FaultyProxy, turn: Turn, size: number): Promise<void> {
  const [program, ...words] = chestnut.command('put', turn)
  const child = spawn(program, words, { env: { ...process.env, ...chestnut.env?.(turn.server) }, stdio: 'ignore' })
  const exit = once(child, 'exit')
  await proxy.hasReceived(size / 2)
  child.kill('SIGKILL')
  await exit
}
