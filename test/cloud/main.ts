/** `npm run cloud`: the whole cycle on rented machines, without an account: the cloud is a fake that bills, its machines are namespaces. */
import { needNamespaces } from '../../src/testing/index.ts'
import { wholeCycle } from './whole-cycle.ts'

const missing = needNamespaces()
if (missing !== false) {
  console.error(`Cannot show the whole cycle on rented machines here: it ${missing}`)
  process.exitCode = 1
} else {
  const { seconds, firstStep, ledger, bill } = await wholeCycle({ say: line => console.log(line) })
  console.log(`\nThe whole cycle took ${seconds.toFixed(0)} s; ${firstStep}.`)
  console.log(`Nothing billable is left. It cost €${ledger.toFixed(4)} by the ledger, €${bill.toFixed(4)} by the bill.`)
}
