import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from '../file-problem.ts'

/** The names of the profiles that the AWS files have; what is in them is read by the SDK. */
export async function awsProfiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<readonly string[]> {
  const files = [
    env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'),
  ]
  const names = new Set<string>()
  for (const file of files) {
    const text = (await unlessMissing(() => readFile(file, 'utf8'))) ?? ''
    for (const [, name = ''] of text.matchAll(/^\s*\[\s*(?:profile\s+)?([^\]\s]+)\s*\]/gm)) names.add(name)
  }
  return [...names]
}
