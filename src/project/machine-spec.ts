/** Where a machine of the configuration comes from, as data. */
export type MachineSpec = { readonly kind: 'local' }
