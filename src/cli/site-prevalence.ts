import { InvalidArgumentError } from 'commander'
import type { SitePrevalence } from '../models/index.ts'

/** `0.02`, or `Effusion=0.1,Edema=0.02`. */
export function sitePrevalence(text: string): SitePrevalence {
  if (!text.includes('=')) return share(text)
  return Object.fromEntries(
    text.split(',').map(part => {
      const [label = '', value = '', ...more] = part.split('=')
      if (label.trim() === '' || more.length > 0) throw wanted()
      return [label.trim(), share(value)]
    }),
  )
}

function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0 && value < 1)) throw wanted()
  return value
}

function wanted(): InvalidArgumentError {
  return new InvalidArgumentError(
    'Wanted a share between 0 and 1, such as 0.02, or one for each finding: "Effusion=0.1,Edema=0.02".',
  )
}
