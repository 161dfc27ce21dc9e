import { Interrupted, Problem } from '../core/index.ts'
import type { Provider } from '../machines/index.ts'
import type { Machines } from './machines.ts'

/**
 * Does something with each place that machines come from, one after the other. One that cannot be reached, or has no key here, does
 * not keep the others from their turn.
 *
 * @returns why some could not
 */
export async function eachPlace(
  machines: Pick<Machines, 'places'>,
  work: (provider: Provider) => Promise<void>,
): Promise<readonly Problem[]> {
  const { providers, closed } = machines.places()
  const failures: Problem[] = [...closed]
  for (const provider of providers) {
    try {
      await work(provider)
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof Interrupted) throw error
      failures.push(error)
    }
  }
  return failures
}
