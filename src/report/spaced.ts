/** A finding's name as a person writes it: `Pleural_Thickening` → `Pleural Thickening`. */
export function spaced(finding: string): string {
  return finding.replaceAll('_', ' ')
}
