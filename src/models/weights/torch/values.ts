/** What a pickle describes, as inert data. Lists are arrays, dictionaries maps; nothing here has behaviour. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | Set<Value>
  | Map<Value, Value>
  | Tuple
  | Global
  | Instance
  | Storage
  | StoredTensor

export class Tuple {
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    this.items = items
  }
}

/** The name of a class or function; never looked up. */
export class Global {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** An object of a class that we do not know: its name and what was stored of it. */
export class Instance {
  readonly className: string
  state: Value = null

  constructor(className: string) {
    this.className = className
  }
}

/** Numbers that tensors are views of. */
export class Storage {
  /** `FloatStorage`, … */
  readonly kind: string
  readonly key: string
  /** Elements; bytes of an `UntypedStorage`. */
  readonly length: number

  constructor(kind: string, key: string, length: number) {
    this.kind = kind
    this.key = key
    this.length = length
  }
}

/** A view of a storage, before its numbers are read. Sizes are as the file claims them. */
export class StoredTensor {
  readonly storage: Storage
  readonly offset: Value
  readonly shape: Value
  readonly strides: Value
  /** Said beside the storage for types that have no storage class of their own. */
  readonly dtype: string | undefined

  constructor(storage: Storage, offset: Value, shape: Value, strides: Value, dtype?: string) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
    this.dtype = dtype
  }
}
