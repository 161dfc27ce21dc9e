import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly content?: Uint8Array | string
  /** Unix file mode, in the upper half of the attributes. */
  readonly mode?: number
  readonly encrypted?: boolean
  readonly deflate?: boolean
  /** What the headers claim instead of the truth. */
  readonly checksum?: number
  readonly size?: number
}

/** A zip archive, byte by byte, so that it can be hostile (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    // A stored file that is encrypted has twelve bytes more than its content.
    const stored = entry.encrypted === true ? Buffer.concat([Buffer.alloc(12), content]) : content
    const packed = entry.deflate === true ? deflateRawSync(content) : stored
    const name = Buffer.from(entry.name)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(entry.encrypted === true ? 1 : 0, 2)
    shared.writeUInt16LE(entry.deflate === true ? 8 : 0, 4)
    shared.writeUInt32LE(entry.checksum ?? crc32(content), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(entry.size ?? content.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    centrals.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, tail, name)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name, packed])
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(centrals)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}
