/** What a machine must have at least. Nothing asked for: any machine will do. */
export interface Need {
  /** The provider's own name of a kind of machine, such as "L4-1-24G". */
  readonly type?: string
  readonly gpus?: number
  readonly cpus?: number
  /** Bytes. */
  readonly memory?: number
  /** Bytes of the root volume. Default: the smallest that the image takes. */
  readonly disk?: number
  /** The first that has one is taken. Default: all that the provider has. */
  readonly zones?: readonly string[]
  /** Euros, without VAT. */
  readonly highestPricePerHour?: number
}

/** A machine that could be rented now. */
export interface Offer {
  readonly provider: string
  readonly type: string
  readonly zone: string
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  readonly gpus: number
  readonly availability: 'available' | 'scarce' | 'none'
  readonly price: Price
}

/** Euros, without VAT. A server is billed in whole units from its creation on; its volume and address by the hour, in parts. */
export interface Price {
  readonly perUnit: number
  readonly unit: 'minute' | 'hour'
  readonly volumePerHour: number
  readonly addressPerHour: number
}

/**
 * What everything that costs money carries from the call on that makes it, so that whoever holds a key can tell what is overdue
 * and destroy it without any other state. Times are milliseconds since 1970 on the provider's own clock, of which whole seconds are kept.
 */
export interface Marks {
  /** Whose it is: one project of one person or robot. */
  readonly owner: string
  /** What it is for: 12 hexadecimal digits of the digest of the work and its attempt. One run has one machine at most. */
  readonly run: string
  /** When it may be destroyed. Moved on while the job works. */
  readonly deadline: number
  /** What the deadline never goes beyond. */
  readonly limit: number
}

/** What is to be made. */
export interface Order {
  readonly offer: Offer
  /** What it is for, in a word ("train"): it stands in the machine's name. See `machineName`. */
  readonly stage: string
  readonly marks: Marks
  /** Bytes of the root volume. */
  readonly disk?: number
  /** What the machine does when it first starts: a cloud-init document without secrets. */
  readonly cloudInit: string
  /** OpenSSH's line of the key that may log in. */
  readonly authorizedKey: string
}

/** One thing that may be billed. */
export interface Resource {
  readonly kind: 'server' | 'volume' | 'address'
  readonly id: string
  readonly name: string
  readonly zone: string
  /** Undefined where it bears our name only: what could not be marked in the call that made it. `parseMachineName` tells its run. */
  readonly marks: Marks | undefined
  /** The provider's own word. */
  readonly state: string
  /** Milliseconds since 1970 on the provider's clock; of a server that is lent, since when. 0 where the provider does not tell. */
  readonly created: number
  /** Euros an hour while it exists, whatever its state. */
  readonly pricePerHour: number
}

/** A server that a run has. */
export interface Machine {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly type: string
  readonly marks: Marks
  readonly state: 'off' | 'starting' | 'running' | 'stopping'
  /** Where it can be reached, once it can. */
  readonly address?: Address
}

export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  /** SHA-256 fingerprints of its host keys as OpenSSH writes them ("SHA256:…"), known from elsewhere than the connection itself. */
  readonly hostKeys: readonly string[]
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

/**
 * Where machines come from. Every method may be called again after a crash or beside another caller, and remembers nothing: what is
 * there is asked every time. Methods retry what is known to be transient, for a while; what a provider refuses, and an outage, is a
 * `Problem` with its reason in a sentence, never an empty answer. A signal that was aborted ends a call before it changes anything.
 *
 * `providerContract` holds all of this as tests.
 */
export interface Provider {
  readonly name: string
  /** Which of several accounts of that name is asked, where there are several: each lists what is its own and nothing else. */
  readonly account?: string
  /** The provider's own clock, in milliseconds since 1970: deadlines are kept by it, not by the clocks of people's machines. */
  now(options?: CallOptions): Promise<number>
  /** What fits, the cheapest first (`pricePerHour`); those that are out of stock too. Prices are live. Empty when nothing fits. */
  offers(need: Need, options?: CallOptions): Promise<readonly Offer[]>
  /**
   * Makes the run's machine and starts it, or finds the one that is there: none: it is made; one: it is taken over; more, since two
   * asked at once: the oldest stays and the others are destroyed with all they have. One that is taken over keeps its marks;
   * one that is being destroyed is waited for first.
   *
   * @throws OutOfStock when the offer cannot be had now, so that the next one can be tried. Nothing is left of the attempt.
   * @throws Misuse when the order is none (`checkOrder`).
   */
  create(order: Order, options?: CallOptions): Promise<Machine>
  /** The run's machine, whatever its state: `stopping` until it is gone. Undefined when there is none. */
  find(run: string, options?: CallOptions): Promise<Machine | undefined>
  /** All that bears our marks or our names in every zone, of any owner: servers, and volumes and addresses that outlived theirs. */
  list(options?: CallOptions): Promise<readonly Resource[]>
  /** Moves the deadline of all that a run has, to its limit at most; later or earlier, and 0 for at once. Nothing happens when there is nothing. */
  renew(run: string, deadline: number, options?: CallOptions): Promise<void>
  /**
   * Destroys all that a run has. Resolves only once the provider itself lists nothing of it any more; nothing happens when there
   * is nothing. An outage is waited for until the signal is aborted: it never gives up and never forgets. What other runs have
   * stays.
   */
  destroy(run: string, options?: CallOptions): Promise<void>
}
