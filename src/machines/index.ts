/** Machines that are rented for as long as they are needed: providers, lease, journal, ledger, sweep; the shell on one of them. */
export * from './provider.ts'
