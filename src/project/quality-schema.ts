import { z } from 'zod'

const share = z.number().gt(0).lt(1)
const margin = z.number().min(0).lt(1)
const atLeast = z.strictObject({ atLeast: share })
const drop = z.strictObject({
  auroc: margin.optional(),
  sensitivity: margin.optional(),
  specificity: margin.optional(),
  brier: margin.optional(),
})
const calibration = z.strictObject({ atMost: share })
const cost = z.strictObject({ atMost: z.number().min(0) })

/** What a change must keep. */
export const quality: z.ZodObject = z.strictObject({
  auroc: atLeast.optional(),
  sensitivity: atLeast.optional(),
  specificity: atLeast.optional(),
  drop: drop.optional(),
  calibration: calibration.optional(),
  subgroups: atLeast.optional(),
  cost: cost.optional(),
  leaks: z.boolean().default(true),
  machines: z.boolean().default(true),
})

/** Objects by their place, for the nearest match of a misspelt key. */
export const qualityObjects: Readonly<Record<string, z.ZodObject>> = {
  quality,
  'quality.auroc': atLeast,
  'quality.sensitivity': atLeast,
  'quality.specificity': atLeast,
  'quality.drop': drop,
  'quality.calibration': calibration,
  'quality.subgroups': atLeast,
  'quality.cost': cost,
}
