import { createHash } from 'node:crypto'

/** The SHA-256 fingerprint of a public key, as OpenSSH writes it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The fingerprint of the key in a line of OpenSSH ("ssh-ed25519 AAAA… comment"). */
export function fingerprintOfLine(line: string): string {
  return fingerprint(Buffer.from(line.split(' ')[1] ?? '', 'base64'))
}
