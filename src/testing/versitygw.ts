import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Options, S3Place } from '../store/index.ts'
import { need } from './needs.ts'
import { peerFolder } from './peers.ts'

/** A real S3 server on a folder, on this machine. */
export interface Versitygw extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, with a certificate `https://127.0.0.1:PORT`. */
  readonly endpoint: string
  readonly keys: { readonly id: string; readonly secret: string }
  /** Makes an empty bucket. @returns where it is */
  bucket(): S3Place
  /** What a client needs to know to be let in. */
  readonly access: Pick<S3Options, 'env' | 'home'>
  /** Throws away what is in a bucket, to have its disk space. */
  empty(bucket: string): void
  /** Changes the first bytes of an object behind the server's back, as a failing disk would. */
  spoil(bucket: string, key: string): void
}

const program = join(peerFolder('versitygw-1.8.0'), 'bin', 'versitygw')

/** For `skip`: why tests with a real S3 server cannot run here. */
export function needVersitygw(): string | false {
  return need({ path: program, install: 'sh scripts/peers/versitygw.sh (needs Go)' })
}

export interface VersitygwOptions {
  readonly readOnly?: boolean
  /** Files in PEM: it speaks TLS then. */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** Starts a server; it ends with its disposal, or with this process. */
export async function versitygw({ readOnly = false, tls }: VersitygwOptions = {}): Promise<Versitygw> {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-s3-'))
  for (const name of ['buckets', 'home']) mkdirSync(join(folder, name))
  const keys = { id: 'chestnut-test', secret: 'a-secret-of-the-tests' }
  const { process: child, port } = await start(join(folder, 'buckets'), keys, [
    ...(readOnly ? ['--readonly'] : []),
    ...(tls === undefined ? [] : ['--cert', tls.certificate, '--key', tls.key]),
  ])
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let buckets = 0
  return {
    endpoint,
    keys,
    empty: bucket => rmSync(join(folder, 'buckets', bucket), { recursive: true }),
    spoil: (bucket, key) => {
      const file = openSync(join(folder, 'buckets', bucket, key), 'r+')
      writeSync(file, Buffer.from('spoilt'), 0, 6, 0)
      closeSync(file)
    },
    access: {
      env: { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret },
      home: join(folder, 'home'),
    },
    bucket: () => {
      const bucket = `bucket-${++buckets}`
      mkdirSync(join(folder, 'buckets', bucket))
      return { bucket, endpoint, region: 'us-east-1' }
    },
    [Symbol.asyncDispose]: async () => {
      process.off('exit', kill)
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        kill()
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function start(
  folder: string,
  keys: Versitygw['keys'],
  flags: readonly string[],
): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  // The server cannot choose a free port by itself: another process may take it in between.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const child = spawn(
      program,
      ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', ...flags, 'posix', folder],
      {
        env: { ROOT_ACCESS_KEY: keys.id, ROOT_SECRET_KEY: keys.secret, PATH: process.env['PATH'] },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    child.stderr.on('data', chunk => {
      said += String(chunk)
    })
    if (await answers(child, port)) return { process: child, port }
    if (attempt === 5) throw new Error(`versitygw ended before it answered: ${said}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port')
  return address.port
}

/** Waits until the server answers. @returns false when it ended instead */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const ended = once(child, 'exit').then(() => false)
  const asked = async (): Promise<boolean> => {
    while (child.exitCode === null) {
      const socket = connect(port, '127.0.0.1')
      const answered = await once(socket, 'connect').then(
        () => true,
        () => false,
      )
      socket.destroy()
      if (answered) return true
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    return false
  }
  return Promise.race([asked(), ended])
}
