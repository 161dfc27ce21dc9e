/** Whether all labels of a film are known: only then it counts in a softmax cross-entropy. @param mask n × classes */
export function isWhole(mask: ArrayLike<number>, film: number, classes: number): boolean {
  for (let k = 0; k < classes; k++) if (mask[film * classes + k] === 0) return false
  return true
}
