import { BadWeights } from '../bad-weights.ts'
import { machine } from './machine.ts'
import { opcodes } from './opcodes.ts'
import type { Value } from './values.ts'

export interface Unpickled {
  readonly value: Value
  /** Where the pickle ended: another one may follow. */
  readonly end: number
}

/**
 * Reads a pickle (protocols 0 to 5, as Python's pickletools describes them) as plain data. The instructions that torch.save
 * writes and their older forms are understood; a class is a name, a call gives data of a fixed table or an error, and nothing
 * of the file is ever looked up, imported or run. An instruction makes one value at most, and their number is limited.
 *
 * @param persistent what a reference to something outside the pickle stands for
 * @throws BadWeights, RangeError
 */
export function unpickle(bytes: Uint8Array, persistent: (id: Value) => Value): Unpickled {
  const m = machine(bytes, persistent)
  for (;;) {
    const opcode = String.fromCharCode(m.at.u8())
    if (opcode === '.') return { value: m.pop(), end: m.at.position }
    const step = Object.hasOwn(opcodes, opcode) ? opcodes[opcode] : undefined
    if (step === undefined) {
      const code = `0x${opcode.charCodeAt(0).toString(16)}`
      throw new BadWeights(`its pickle has the instruction ${code}, which no weights need; nothing was executed`)
    }
    step(m)
  }
}
