import { z } from 'zod'
import type { StoreSpec } from './config.ts'

const s3 = z.strictObject({
  kind: z.literal('s3'),
  bucket: z.string().min(3),
  prefix: z.string().min(1).optional(),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  pathStyle: z.boolean().optional(),
})

/** A folder, or a bucket. */
export const store: z.ZodType<StoreSpec> = z.union([z.string().min(1), s3], {
  error: 'wanted a folder, or s3({ bucket, … })',
})
