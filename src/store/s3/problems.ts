import { Misuse, Problem, systemCode } from '../../core/index.ts'

/** An answer that arrived damaged or not at all may arrive whole the next time; a refusal is one. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Problem || error instanceof RangeError || nameOf(error) === 'CredentialsProviderError')
    return false
  if (isDistrust(error) || isPlain(error)) return false
  const status = statusOf(error)
  if (status === undefined || status < 300 || status >= 500) return true
  // 409: somebody else is at the same key just now. 429: too many requests.
  return status === 409 || status === 429 || passing.has(nameOf(error)) || systemCode(error) !== undefined
}

const passing = new Set([
  'RequestTimeout',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  // The SDK has put its clock right by the server's when it says this.
  'RequestTimeTooSkewed',
  // The body of a refusal did not arrive whole.
  'Error',
  'SyntaxError',
  'TimeoutError',
])

export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number }
  return httpStatusCode
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

/** Whether a condition of a write did not hold: it was changed, or it is gone. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === 'PreconditionFailed'
}

export function isMissing(error: unknown): boolean {
  return nameOf(error) === 'NoSuchKey' || nameOf(error) === 'NotFound'
}

/** Whether a server's certificate is none that this machine believes. */
function isDistrust(error: unknown): boolean {
  return /CERT|UNABLE_TO_VERIFY/.test(systemCode(error) ?? '')
}

/** Whether a server answers without TLS where it was wanted. */
function isPlain(error: unknown): boolean {
  return (
    /^(EPROTO|ERR_SSL_)/.test(systemCode(error) ?? '') &&
    /wrong version number|packet length too long/i.test(String(error))
  )
}

/** What went wrong, for people. What a `Problem` is already, and defects, stay what they are. */
export function explain(error: unknown, what: string, where: string): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error
  const known = sentenceOf(error)
  if (known !== undefined) {
    const Kind = known.misuse === true ? Misuse : Problem
    return new Kind(`${what}: ${known.is(where, error)}`, { next: known.next, cause: error })
  }
  const status = statusOf(error)
  if (status !== undefined) return new Problem(`${what}: ${answer(status, error.name, where)}`, { cause: error })
  // What has no code is no network: a defect of ours, or of whoever made the stream.
  if (systemCode(error) === undefined && error.name === 'Error') return error
  return systemCode(error) === undefined && !/Timeout|Network/.test(error.name)
    ? error
    : new Problem(`${what}: the connection to ${where} broke, again and again (${systemCode(error) ?? error.name})`, {
        next: 'look at the network, then run the same command again',
        cause: error,
      })
}

/** Whether an answer to HEAD, which has no body, refuses without saying why. */
export function isUnexplained(error: unknown): boolean {
  const status = statusOf(error)
  return status === 301 || status === 400 || status === 403
}

/** Answers to HEAD have no body that would name the reason. */
function answer(status: number, name: string, where: string): string {
  if (status === 403) return `${where} does not let this key do it (403)`
  if (status === 301 || status === 400) return `${where} does not take the request (${status}): is the region right?`
  return `${where} answers ${status}${/^[A-Z]\w+$/.test(name) ? ` ${name}` : ''}`
}

interface Sentence {
  readonly misuse?: boolean
  is(where: string, error: Error): string
  readonly next: string
}

const wrongRegion: Sentence = {
  misuse: true,
  is: (where, error) => {
    const region = 'Region' in error ? String(error.Region) : /expecting '([a-z0-9-]+)'/.exec(error.message)?.[1]
    const wanted = region === undefined ? '' : `, "${region}" was wanted`
    return `the region is not that of the bucket at ${where}${wanted}`
  },
  next: 'set "region" of the store, or AWS_REGION',
}

const unreachable: Sentence = {
  is: where => `nobody answers at ${where}`,
  next: 'look at "endpoint" of the store, and at the network',
}

function sentenceOf(error: Error): Sentence | undefined {
  if (isDistrust(error)) return distrust
  return isPlain(error) ? plain : (sentences[error.name] ?? sentences[systemCode(error) ?? ''])
}

const plain: Sentence = {
  is: where => `${where} does not speak TLS`,
  next: 'look at "endpoint" of the store: https:// or http://',
}

const distrust: Sentence = {
  is: (where, error) => `the certificate of ${where} cannot be trusted (${systemCode(error)})`,
  next: 'correct "endpoint" of the store, or name the file of its authority in NODE_EXTRA_CA_CERTS',
}

const unknownKey: Sentence = {
  is: where => `${where} does not know the access key`,
  next: 'look whose keys are taken: chestnut store ls says it',
}

const sentences: Readonly<Record<string, Sentence>> = {
  NoSuchBucket: {
    misuse: true,
    is: where => `there is no such bucket at ${where}`,
    next: 'correct "bucket" of the store, or make the bucket first',
  },
  InvalidAccessKeyId: unknownKey,
  // As versitygw says it.
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: {
    is: where => `the secret key is not that of the access key, says ${where}`,
    next: 'look whose keys are taken: chestnut store ls says it',
  },
  ExpiredToken: { is: where => `the session at ${where} is over`, next: 'log in again' },
  AccessDenied: {
    is: where => `${where} does not let this key do it (403)`,
    next: 'give the key the right to read, write and list in this bucket',
  },
  RequestTimeTooSkewed: {
    is: where => `the clock of this machine is more than 15 minutes off that of ${where}`,
    next: 'set the clock: timedatectl set-ntp true',
  },
  AuthorizationHeaderMalformed: wrongRegion,
  PermanentRedirect: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  CredentialsProviderError: {
    misuse: true,
    is: () => 'no access keys were found in the environment, ~/.aws, ~/.s3cfg or the configuration of scw',
    next: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  },
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EAI_AGAIN: unreachable,
}
