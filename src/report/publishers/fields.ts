import { isJsonObject, Problem } from '../../core/index.ts'

/** One object of an answer, whose fields are read with a reason where they are not what was wanted. */
export interface Fields {
  text(name: string): string
  number(name: string): number
  /** A field that is an object itself. */
  object(name: string): Fields
  /** Undefined where it is missing or null. */
  optionalText(name: string): string | undefined
}

/** @param source who answered: "GitHub" */
export function fieldsOf(value: unknown, source: string): Fields {
  const object = isJsonObject(value) ? value : {}
  const wrong = (name: string, wanted: string): Problem =>
    new Problem(`Cannot read what ${source} answers: "${name}" is ${typeof object[name]}, wanted ${wanted}`)
  return {
    text: name => {
      const field = object[name]
      if (typeof field === 'string') return field
      throw wrong(name, 'a text')
    },
    number: name => {
      const field = object[name]
      if (typeof field === 'number') return field
      throw wrong(name, 'a number')
    },
    object: name => fieldsOf(object[name], source),
    optionalText: name => {
      const field = object[name]
      return typeof field === 'string' ? field : undefined
    },
  }
}
