import { z } from 'zod'
import { byDigest } from '../images/index.ts'

const positive = z.number().positive()
const whole = z.int().min(1)
const zone = z.string().regex(/^[a-z]{2}-[a-z]{3}-\d$/, 'wanted a zone such as "fr-par-1"')

const hostKeyWanted =
  'wanted "SHA256:…", as "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints it on the machine'

/** Where machines come from. */
export const machine: z.ZodDiscriminatedUnion<readonly z.ZodObject[], 'kind'> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local') }),
  z.strictObject({
    kind: z.literal('ssh'),
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    user: z.string().min(1),
    hostKey: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, hostKeyWanted),
    identity: z.string().min(1),
    folder: z.string().min(1).optional(),
    atOnce: whole.optional(),
  }),
  z.strictObject({
    kind: z.literal('scaleway'),
    type: z.string().min(1).optional(),
    gpus: whole.optional(),
    cpus: whole.optional(),
    memory: positive.optional(),
    disk: positive.optional(),
    zones: z.array(zone).min(1).optional(),
    image: z.string().min(1).optional(),
    highestPricePerHour: positive.optional(),
  }),
  z.strictObject({
    kind: z.literal('existing'),
    id: z.guid('wanted the id of a server, as "scw instance server list" shows it'),
    zone: zone.optional(),
  }),
])

export const caps: z.ZodObject = z.strictObject({ run: positive.optional(), month: positive.optional() })

const image = z
  .string()
  .regex(byDigest, 'wanted an image by its digest, "NAME@sha256:…", as "chestnut image build --push" says it')

/** Machines by names of the project's own ("gpu"), what they may cost, and the image from which they take Chestnut. */
export const machines: z.ZodType = z
  .object({ caps: caps.prefault({}), guard: z.boolean().default(true), image: image.optional() })
  .catchall(machine)
  .refine(named => Object.keys(named).every(name => /^[a-z][a-z0-9-]{0,31}$/.test(name)), {
    error: 'wanted names of machines in small letters, digits and hyphens, such as "gpu"',
  })
