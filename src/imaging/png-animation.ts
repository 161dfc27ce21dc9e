/** Whether a PNG file is an animation: whether a chunk `acTL` stands before its first pixels. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at)
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (kind === 'acTL') return true
    if (kind === 'IDAT') return false
    at += 12 + length
  }
  return false
}
