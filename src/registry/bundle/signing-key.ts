import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { Misuse, Problem } from '../../core/index.ts'

/** Signs bundles. Whoever has it can make bundles that others believe: it never leaves its file. */
export interface SigningKey {
  /** What others trust: `ed25519:…`, the 32 bytes of the public key in base64url. */
  readonly name: string
  /** The public key as OpenSSL reads it. */
  readonly publicPem: string
  sign(bytes: Uint8Array): Uint8Array
}

/** The public half of a signing key. */
export interface PublicKey {
  readonly name: string
  readonly publicPem: string
  verifies(bytes: Uint8Array, signature: Uint8Array): boolean
}

/** A new Ed25519 key as PEM (PKCS #8), to be kept in a file that nobody else reads. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** @param subject for errors: the key's file @throws Problem when it is no Ed25519 key */
export function readSigningKey(pem: string, subject: string): SigningKey {
  const key = keyFrom(() => createPrivateKey(pem), subject, 'a private key of Ed25519 in PEM')
  const half = createPublicKey(key)
  return { name: nameOf(half), publicPem: pemOf(half), sign: bytes => sign(null, bytes, key) }
}

/**
 * @param text `ed25519:…` as `readSigningKey` names it, or a public key in PEM
 * @param subject for errors: where the text is from
 */
export function readPublicKey(text: string, subject: string): PublicKey {
  const [, raw] = /^ed25519:([A-Za-z0-9_-]{43})$/.exec(text.trim()) ?? []
  const make = (): KeyObject =>
    raw === undefined
      ? createPublicKey(text)
      : createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
  if (/PRIVATE KEY/.test(text)) {
    throw new Misuse(`Cannot trust "${subject}": it is a private key, the public one was wanted`, {
      next: 'chestnut models key prints it',
    })
  }
  const key = keyFrom(make, subject, '"ed25519:…" or a public key of Ed25519 in PEM')
  return {
    name: nameOf(key),
    publicPem: pemOf(key),
    verifies: (bytes, signature) => verify(null, bytes, key, signature),
  }
}

function keyFrom(make: () => KeyObject, subject: string, wanted: string): KeyObject {
  const refused = (cause?: unknown): Problem =>
    new Problem(`Cannot use the key "${subject}": it is none, ${wanted} was wanted`, {
      cause,
      next: 'chestnut models key',
    })
  let key: KeyObject
  try {
    key = make()
  } catch (cause) {
    throw refused(cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refused()
  return key
}

function nameOf(key: KeyObject): string {
  return `ed25519:${key.export({ format: 'jwk' }).x}`
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
