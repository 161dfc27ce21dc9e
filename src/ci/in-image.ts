import type { CiFacts } from './facts.ts'
import { type Lines, scalar } from './lines.ts'

/** A job of GitHub that runs in the project's image, where there is one: Chestnut is there, and is not installed. */
export function inImage({ image }: CiFacts, job: Lines): Lines {
  if (image === undefined) return job
  return job.flatMap(line => {
    const [indent = ''] = /^ */.exec(line) ?? []
    return line.trim() === 'runs-on: ubuntu-latest'
      ? [
          line,
          `${indent}container:`,
          `${indent}  image: ${scalar(image)}`,
          `${indent}  # What is checked out there is root's.`,
          `${indent}  options: --user 0`,
        ]
      : [installed(line)]
  })
}

/** npx finds nothing in a checkout where nothing was installed. */
export function installed(line: string): string {
  return line.replaceAll('npx chestnut', 'chestnut')
}

/** For jobs that need what the image has not: git or curl. */
export function outside(facts: CiFacts): CiFacts {
  return { ...facts, image: undefined }
}
