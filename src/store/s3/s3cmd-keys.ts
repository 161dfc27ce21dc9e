import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from '../file-problem.ts'

/** Keys that a file of another tool holds, with where they are for. */
export interface Keys {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly endpoint?: string
  readonly region?: string
}

/** What `s3cmd --configure` has written into `~/.s3cfg`; undefined where there is none, or no keys in it. */
export async function s3cmdKeys(home: string): Promise<Keys | undefined> {
  const text = await unlessMissing(() => readFile(join(home, '.s3cfg'), 'utf8'))
  const values = new Map(
    [...(text ?? '').matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^(["'])(.*)\1$/, '$2'),
    ]),
  )
  const [accessKeyId, secretAccessKey] = [values.get('access_key'), values.get('secret_key')]
  if (!accessKeyId || !secretAccessKey) return undefined
  const [token, host, location] = [values.get('access_token'), values.get('host_base'), values.get('bucket_location')]
  const scheme = values.get('use_https')?.toLowerCase() === 'false' ? 'http' : 'https'
  return {
    credentials: { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) },
    ...(host && host !== 's3.amazonaws.com' ? { endpoint: `${scheme}://${host}` } : {}),
    // "US" and "EU" are s3cmd's own words for regions that have names.
    ...(location && /^[a-z]/.test(location) ? { region: location } : {}),
  }
}
