import { after, before } from 'node:test'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { s3Store } from './s3-store.ts'
import { storeContract } from './store.contract.ts'

const skip = needVersitygw()
let server: Versitygw

if (skip === false) {
  before(async () => {
    server = await versitygw()
  })
  after(() => server[Symbol.asyncDispose]())
  storeContract('s3Store()', () => s3Store(server.bucket(), server.access))
}
