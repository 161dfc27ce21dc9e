/** Machines that are rented for as long as they are needed: providers, lease, journal, ledger, sweep; the shell on one of them. */
export * from './provider.ts'
export * from './shell.ts'
export { type ConnectOptions, connect } from './ssh/connect.ts'
export { fingerprint, fingerprintOfLine } from './ssh/fingerprint.ts'
export { type KeyPair, newKeyPair } from './ssh/key-pair.ts'
export * from './ssh/ssh-errors.ts'
export { type ReadyOptions, waitUntilReady } from './ssh/wait-until-ready.ts'
