/** Machines that are rented for as long as they are needed: providers, lease, journal, ledger, sweep; the shell on one of them. */
export * from './check-order.ts'
export * from './machine-errors.ts'
export * from './names.ts'
export * from './price.ts'
export * from './provider.ts'
