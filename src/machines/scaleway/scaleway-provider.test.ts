import { providerContract } from '../provider.contract.ts'
import { ofType, open } from './provider.test.fixture.ts'

providerContract('scalewayProvider()', context => open(context, { choose: ofType('PLAY2-MICRO') }))
