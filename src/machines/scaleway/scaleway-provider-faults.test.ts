import { seededFaults } from '../../testing/fake-scaleway/index.ts'
import { ofType, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { providerContract } from '../provider.contract.ts'

providerContract('scalewayProvider() of a GPU while one call in twelve goes wrong', context =>
  open(context, { choose: ofType('L4-1-24G'), faults: seededFaults({ seed: 7, rate: 1 / 24 }) }),
)
