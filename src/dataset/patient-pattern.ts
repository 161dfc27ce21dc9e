import { Misuse } from '../core/index.ts'

/**
 * Finds the patient in a text by a regular expression: its first group counts, or else the whole match.
 *
 * @throws Misuse when it is no regular expression
 */
export function patientPattern(expression: string): (text: string) => string | undefined {
  const rule = compile(expression)
  return text => {
    const match = rule.exec(text)
    return match?.[1] ?? match?.[0]
  }
}

function compile(expression: string): RegExp {
  try {
    return new RegExp(expression)
  } catch (cause) {
    throw new Misuse(`Cannot use "${expression}" to find patients: it is no regular expression`, { cause })
  }
}
