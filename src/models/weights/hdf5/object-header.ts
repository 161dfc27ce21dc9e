import { BadWeights } from '../bad-weights.ts'
import { type Cursor, cursor } from '../cursor.ts'
import type { Bounded } from './bounded.ts'

/** What an object of the file is made of, as the format numbers it. */
export const messageTypes = {
  nothing: 0x00,
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const

export interface Message {
  readonly type: number
  readonly body: Uint8Array
}

interface Block {
  readonly address: number
  readonly length: number
}

const sharedFlag = 0x02
const mostMessages = 200_000

/**
 * All messages of an object, those of its continuation blocks included (HDF5 File Format Specification 3.0, IV.A).
 *
 * @throws BadWeights, RangeError
 */
export function readObjectHeader(file: Bounded, address: number): readonly Message[] {
  const version = file.piece(address, 1).u8()
  return version === 1 ? readVersion1(file, address) : readVersion2(file, address)
}

function readVersion1(file: Bounded, address: number): readonly Message[] {
  const prefix = file.piece(address, 16)
  prefix.skip(8)
  const length = prefix.u32()
  return collect({ address: address + 16, length }, block => readMessages(file.piece(block.address, block.length), 1))
}

function readVersion2(file: Bounded, address: number): readonly Message[] {
  const start = file.signed(address, 2, 'OHDR')
  if (start.u8() !== 2) throw new BadWeights('it has object headers of an unknown version')
  const flags = start.u8()
  const skipped = (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0)
  const width = 1 << (flags & 3)
  const length = file.piece(address + 6 + skipped, width).uint(width)
  const form = flags & 0x04 ? 'ordered' : 2
  const first = { address: address + 6 + skipped + width, length }
  return collect(first, (block, isFirst) => {
    if (isFirst) return readMessages(file.piece(block.address, block.length), form)
    // Signature before, checksum behind.
    const at = file.signed(block.address, block.length - 4, 'OCHK')
    return readMessages(cursor(at.bytes(block.length - 8)), form)
  })
}

function collect(first: Block, read: (block: Block, isFirst: boolean) => readonly Message[]): readonly Message[] {
  const blocks = [first]
  const messages: Message[] = []
  for (let i = 0; i < blocks.length; i++) {
    for (const message of read(blocks[i]!, i === 0)) {
      if (message.type === messageTypes.continuation) {
        const at = cursor(message.body)
        blocks.push({ address: at.u64(), length: at.u64() })
      } else messages.push(message)
    }
    checkCount(messages.length + blocks.length)
  }
  return messages
}

function checkCount(count: number): void {
  if (count > mostMessages) throw new BadWeights('its structure has no end')
}

/** @param form 1, 2, or 2 with the order of creation behind the flags */
function readMessages(at: Cursor, form: 1 | 2 | 'ordered'): readonly Message[] {
  const messages: Message[] = []
  const prefix = form === 1 ? 8 : form === 2 ? 4 : 6
  // What is left at the end and too short for a message is a gap.
  while (at.left >= prefix) {
    const type = form === 1 ? at.u16() : at.u8()
    const length = at.u16()
    const flags = at.u8()
    at.skip(form === 1 ? 3 : form === 2 ? 0 : 2)
    const body = at.bytes(length)
    if (flags & sharedFlag) throw new BadWeights('it shares parts of its structure between objects, which is not read')
    if (type !== messageTypes.nothing) messages.push({ type, body })
    checkCount(messages.length)
  }
  return messages
}
