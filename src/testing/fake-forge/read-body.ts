import type { z } from 'zod'
import { ForgeError } from './forge-error.ts'

/** The body as the schema reads it; 422 where it is another. */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) => ({ field: path.join('.'), code: 'invalid', message }))
  throw new ForgeError(422, { message: 'Validation Failed', errors })
}
