import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mlflowPeer } from './python-peers.ts'

/** A stock MLflow server with a database of its own, on loopback. */
export interface MlflowServer extends AsyncDisposable {
  readonly uri: string
  /** Runs Python with the stock client, `client` and `mlflow` at hand. @returns the JSON that the code leaves in `result` */
  ask(code: string): Promise<unknown>
}

/** Starts a server; it ends with its disposal, or with this process. */
export async function mlflowServer(): Promise<MlflowServer> {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-mlflow-'))
  mkdirSync(join(folder, 'artifacts'))
  const port = await freePort()
  const uri = `http://127.0.0.1:${port}`
  const stores = [
    '--backend-store-uri',
    `sqlite:///${folder}/mlflow.db`,
    '--artifacts-destination',
    join(folder, 'artifacts'),
  ]
  const words = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...stores]
  const env = { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', HOME: folder }
  // Its workers are processes of their own: they go with their group.
  const child = spawn(mlflowPeer.python, words, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said = (said + String(chunk)).slice(-4000)
    })
  }
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', kill)
  const close = async (): Promise<void> => {
    process.off('exit', kill)
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  while (!(await isUp(uri))) {
    if (child.exitCode !== null) {
      await close()
      throw new Error(`MLflow ended before it answered: ${said}`)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return {
    uri,
    ask: async code => {
      const script = `import json, mlflow\nmlflow.set_tracking_uri(${JSON.stringify(uri)})\nclient = mlflow.MlflowClient()\n${code}\nprint("\\n" + json.dumps(result))`
      const stdout = await answerOf(script, { cwd: folder, env })
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A script may be longer than a command line. */
async function answerOf(script: string, options: SpawnOptions): Promise<string> {
  const child = spawn(mlflowPeer.python, ['-'], { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const texts = ['', '']
  for (const [i, stream] of [child.stdout, child.stderr].entries()) {
    stream?.on('data', chunk => {
      texts[i] += String(chunk)
    })
  }
  child.stdin?.end(script)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`Python ended with ${code}: ${texts[1]?.slice(-4000)}`)
  return texts[0] ?? ''
}

async function isUp(uri: string): Promise<boolean> {
  const answer = await fetch(`${uri}/health`).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.ok === true
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port')
  return address.port
}
