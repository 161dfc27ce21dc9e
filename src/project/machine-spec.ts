/** Where a machine of the configuration comes from, as data. */
export type MachineSpec = { readonly kind: 'local' } | SshSpec | ScalewaySpec | ExistingSpec

/** A machine of yours that is reached by SSH. It costs nothing, and is never destroyed. */
export interface SshSpec {
  readonly kind: 'ssh'
  readonly host: string
  /** Default 22. */
  readonly port?: number | undefined
  readonly user: string
  /** As `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there: "SHA256:…". */
  readonly hostKey: string
  /** The private key that may log in: a path from the config's folder. */
  readonly identity: string
  /** Where runs have their folders; without a slash in front, in the user's home. Default ".chestnut". */
  readonly folder?: string | undefined
  /** How many runs share it. Default 1. */
  readonly atOnce?: number | undefined
}

/** A server that is rented from Scaleway for a run and destroyed after it. */
export interface ScalewaySpec {
  readonly kind: 'scaleway'
  /** Such as "DEV1-S" or "L4-1-24G". Default: the cheapest that has what follows. */
  readonly type?: string | undefined
  readonly gpus?: number | undefined
  readonly cpus?: number | undefined
  /** Gigabytes. */
  readonly memory?: number | undefined
  /** Gigabytes of its volume. Default: the least that the image takes. */
  readonly disk?: number | undefined
  /** Where it may stand; the first that has one is taken. Default: everywhere. */
  readonly zones?: readonly string[] | undefined
  /** The image's label. Default: "ubuntu_noble", or "ubuntu_noble_gpu_os_12" where there is a GPU. */
  readonly image?: string | undefined
  /** Euros an hour, without VAT. */
  readonly highestPricePerHour?: number | undefined
}

/** A server of yours at Scaleway that is powered on for a run and off after it, never destroyed. */
export interface ExistingSpec {
  readonly kind: 'existing'
  /** As "scw instance server list" shows it. */
  readonly id: string
  /** Default: it is looked for. */
  readonly zone?: string | undefined
}
