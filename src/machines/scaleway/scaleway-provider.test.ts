import { ofType, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { providerContract } from '../provider.contract.ts'

providerContract('scalewayProvider()', context => open(context, { choose: ofType('PLAY2-MICRO') }))
