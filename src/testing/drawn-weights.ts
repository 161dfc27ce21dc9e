/**
 * Numbers in [middle − reach, middle + reach) that depend on a name and their place alone: MurmurHash3's finalizer over
 * place · 2³²/φ + FNV-1a of the name, of which 24 bits count. `torch-gradients.py` draws the same ones.
 */
export function drawn(name: string, count: number, middle = 0, reach = 1): Float32Array {
  const start = fnv1a(name)
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    let h = (Math.imul(i, 0x9e3779b9) + start) | 0
    h ^= h >>> 16
    h = Math.imul(h, 0x85ebca6b)
    h ^= h >>> 13
    h = Math.imul(h, 0xc2b2ae35)
    h ^= h >>> 16
    values[i] = middle + reach * ((h >>> 8) / 2 ** 23 - 1)
  }
  return values
}

function fnv1a(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value
}
