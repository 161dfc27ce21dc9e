import { createHash } from 'node:crypto'

/** What an object must hash to, as far as anything says so. */
export interface KnownDigest {
  /** Bytes of the parts that are hashed one by one; undefined: all at once. */
  readonly partSize?: number
  /** As `md5` gives it, or the MD5 of the MD5 of the parts and their number. */
  readonly etag: string
}

/** The answer to a request for an object, or for what is known about it. */
export interface ObjectFacts {
  readonly ETag?: string | undefined
  /** Bytes. */
  readonly ContentLength?: number | undefined
  readonly Metadata?: Record<string, string> | undefined
  readonly ServerSideEncryption?: string | undefined
  readonly SSECustomerAlgorithm?: string | undefined
}

/** The metadata under which we, and others, keep how an object was made. */
export const partSizeName = 'chestnut-part-size'

/**
 * The MD5 of an object: of its etag, where that is one (not with keys of a key service), of what rclone and s3cmd write beside
 * it, or the MD5 of its parts where we know how long they are.
 */
export function knownDigest({ ETag = '', Metadata = {}, ...facts }: ObjectFacts): KnownDigest | undefined {
  const etag = ETag.replaceAll('"', '')
  const rclone = Metadata['md5chksum']
  const s3cmd = /(?:^|\/)md5:([0-9a-f]{32})(?:\/|$)/.exec(Metadata['s3cmd-attrs'] ?? '')?.[1]
  if (rclone !== undefined && /^[A-Za-z0-9+/]{22}==$/.test(rclone)) {
    return { etag: Buffer.from(rclone, 'base64').toString('hex') }
  }
  if (s3cmd !== undefined) return { etag: s3cmd }
  if (facts.ServerSideEncryption?.startsWith('aws:kms') || facts.SSECustomerAlgorithm !== undefined) return undefined
  if (/^[0-9a-f]{32}$/.test(etag)) return { etag }
  const partSize = Number(Metadata[partSizeName])
  const count = Number(/^[0-9a-f]{32}-(\d+)$/.exec(etag)?.[1])
  // Others may have copied it in parts of their own, with our metadata.
  return partSize > 0 && count === Math.ceil((facts.ContentLength ?? Number.NaN) / partSize)
    ? { etag, partSize }
    : undefined
}

/** Hashes bytes as they come. */
export interface Hashing {
  update(bytes: Uint8Array): void
  /** @returns what it is, for a comparison with `KnownDigest.etag` */
  end(): string
}

export function hashing({ partSize }: KnownDigest): Hashing {
  if (partSize === undefined) {
    const hash = createHash('md5')
    return { update: bytes => void hash.update(bytes), end: () => hash.digest('hex') }
  }
  const parts: string[] = []
  let hash = createHash('md5')
  let filled = 0
  return {
    update: bytes => {
      for (let at = 0; at < bytes.length; ) {
        if (filled === partSize) {
          parts.push(hash.digest('hex'))
          hash = createHash('md5')
          filled = 0
        }
        const piece = bytes.subarray(at, at + partSize - filled)
        hash.update(piece)
        filled += piece.length
        at += piece.length
      }
    },
    end: () => joinedEtag([...parts, hash.digest('hex')]),
  }
}

/** The etag of an object that was written in parts, from theirs. */
export function joinedEtag(parts: readonly string[]): string {
  return `${createHash('md5')
    .update(Buffer.from(parts.join(''), 'hex'))
    .digest('hex')}-${parts.length}`
}
