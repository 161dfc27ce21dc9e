import { describe } from 'node:test'
import { destroying } from './contract/destroying.contract.ts'
import { failing, outages } from './contract/failing.contract.ts'
import { listing } from './contract/listing.contract.ts'
import { creating, oneMachine } from './contract/making.contract.ts'
import { clockAndOffers } from './contract/offers.contract.ts'
import type { Open } from './contract/open-provider.contract.ts'
import { renewing } from './contract/renewing.contract.ts'

export type { OpenProvider, ProviderFaults } from './contract/open-provider.contract.ts'

/**
 * What every provider promises, as tests.
 *
 * @param open makes a provider without machines; what it leaves behind is cleaned up with `context.after`
 */
export function providerContract(name: string, open: Open): void {
  describe(`${name} is a provider of machines`, () => {
    clockAndOffers(open)
    creating(open)
    oneMachine(open)
    listing(open)
    renewing(open)
    destroying(open)
    outages(open)
    failing(open)
  })
}
