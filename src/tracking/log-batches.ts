/** What `runs/log-batch` takes in one call. */
export interface LogBatch {
  readonly metrics: readonly MlflowMetric[]
  readonly params: readonly KeyValue[]
  readonly tags: readonly KeyValue[]
}

export interface KeyValue {
  readonly key: string
  readonly value: string
}

export interface MlflowMetric {
  readonly key: string
  /** Texts for what JSON has no number for: `NaN`. */
  readonly value: number | string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly step: number
}

/** MLflow's limits of one call; a little less than its megabyte, for what stands around. */
const most = { metrics: 1000, params: 100, tags: 100, together: 1000, bytes: 900_000 } as const

type Kind = keyof LogBatch
type Item = { readonly kind: Kind; readonly value: MlflowMetric | KeyValue }

/** Everything in as few calls as MLflow's limits allow, in order: at most 1000 metrics, 100 params, 100 tags, and a megabyte. */
export function logBatches({ metrics, params, tags }: LogBatch): readonly LogBatch[] {
  const items: readonly Item[] = [
    ...params.map(value => ({ kind: 'params' as const, value })),
    ...tags.map(value => ({ kind: 'tags' as const, value })),
    ...metrics.map(value => ({ kind: 'metrics' as const, value })),
  ]
  const batches: Item[][] = []
  let counts = { metrics: 0, params: 0, tags: 0, together: 0, bytes: 0 }
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item.value)) + 1
    const isFull =
      counts[item.kind] === most[item.kind] || counts.together === most.together || counts.bytes + bytes > most.bytes
    if (batches.length === 0 || isFull) {
      batches.push([])
      counts = { metrics: 0, params: 0, tags: 0, together: 0, bytes: 0 }
    }
    batches.at(-1)!.push(item)
    counts[item.kind]++
    counts.together++
    counts.bytes += bytes
  }
  return batches.map(batchOf)
}

function batchOf(items: readonly Item[]): LogBatch {
  const of = <T>(kind: Kind): readonly T[] => items.filter(item => item.kind === kind).map(({ value }) => value as T)
  return { metrics: of<MlflowMetric>('metrics'), params: of<KeyValue>('params'), tags: of<KeyValue>('tags') }
}
