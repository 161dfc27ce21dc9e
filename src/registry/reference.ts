import { Misuse } from '../core/index.ts'

/** What a person means by `pneumonia`, `pneumonia@3` (or `@v3`), or `pneumonia@production`. */
export type Reference =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }

const rule =
  'small letters, digits, ".", "-" and "_" are allowed, with a letter or digit at both ends, at most 64 of them'

/** @throws Misuse that says what is wrong and what was wanted. */
export function parseReference(text: string): Reference {
  const [name = '', tag, ...rest] = text.split('@')
  if (rest.length > 0) {
    throw new Misuse(
      `Cannot find the model "${text}": it has more than one "@", wanted NAME, NAME@VERSION or NAME@ALIAS`,
    )
  }
  checkName(name)
  if (tag === undefined) return { kind: 'name', name }
  if (!/^v?[0-9]+$/.test(tag)) {
    checkAlias(tag)
    return { kind: 'alias', name, alias: tag }
  }
  const version = Number(tag.replace('v', ''))
  if (version < 1 || version > 999_999_999) {
    throw new Misuse(`Cannot find the model "${text}": versions are counted from 1`)
  }
  return { kind: 'version', name, version }
}

/** @throws Misuse */
export function checkName(name: string): void {
  if (!isWord(name)) throw new Misuse(`Cannot use "${name}" as the name of a model: ${rule}`)
}

/** @throws Misuse */
export function checkAlias(alias: string): void {
  if (!isWord(alias)) throw new Misuse(`Cannot use "${alias}" as an alias: ${rule}`)
  if (/^v?[0-9]+$/.test(alias)) throw new Misuse(`Cannot use "${alias}" as an alias: it would read as a version`)
}

function isWord(text: string): boolean {
  return text.length <= 64 && /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(text)
}
