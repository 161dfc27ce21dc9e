import { inspect } from 'node:util'
import type { z } from 'zod'
import { isJsonObject, nearest } from '../core/index.ts'
import { keysAt } from './config-schema.ts'

/**
 * The first thing that is wrong with a configuration, as a sentence: where, what is there, what was wanted. An unknown key comes
 * before all else, since a misspelt one leaves the right one missing.
 */
export function explainConfig(error: z.ZodError, input: unknown, subject: string): string {
  const what = `Cannot use the configuration "${subject}"`
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  if (!issue) return what
  const place = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const wanted = instead(key, keysAt(place, valueAt(input, issue.path)))
    return `${what}: the key "${place === '' ? key : `${place}.${key}`}" is unknown, ${wanted}`
  }
  const value = valueAt(input, issue.path)
  const is = value === undefined ? 'it is missing' : `it is ${shown(value)}`
  return `${what}: ${place === '' ? 'it' : `"${place}"`} is not right, ${is}: ${wantedBy(issue, value)}`
}

function instead(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `known are ${quoted(known)}` : `did you mean "${near}"?`
}

/** What an issue asks for; a word where other words were wanted gets the nearest one. */
function wantedBy(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `wanted ${kinds[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `wanted ${issue.exact ? '' : issue.inclusive ? 'at least ' : 'more than '}${counted(issue.minimum, issue.origin)}`
    case 'too_big':
      return `wanted ${issue.exact ? '' : issue.inclusive ? 'at most ' : 'less than '}${counted(issue.maximum, issue.origin)}`
    case 'invalid_value':
      return oneOf(value, issue.values.map(String))
    case 'invalid_union':
      return wantedByUnion(issue, value)
    default:
      return issue.message
  }
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  tuple: 'a list',
}

function counted(number: number | bigint, origin: string): string {
  const noun = origin === 'string' ? 'character' : origin === 'array' ? 'member' : undefined
  if (noun === undefined) return String(number)
  return `${number} ${noun}${Number(number) === 1 ? '' : 's'}`
}

function oneOf(value: unknown, known: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, known) : undefined
  return near === undefined ? `wanted one of ${quoted(known)}` : `did you mean "${near}"?`
}

/** What is wrong inside a list, or else among which values or kinds one can choose. */
function wantedByUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const known = unionValues(issue)
  const inside = issue.errors.map(([first]) => first).find(first => first !== undefined && !isOtherKind(first))
  if (Array.isArray(value) && inside !== undefined) return wantedBy(inside, value)
  const isPlain = 'options' in issue || issue.message === 'Invalid input'
  const isNear = typeof value === 'string' && nearest(value, known) !== undefined
  return isPlain || isNear ? oneOf(value, known) : issue.message
}

/** Whether an issue says no more than that another member of the union was meant. */
function isOtherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

/** The kinds of an object, or the plain values among which one can choose. */
function unionValues(issue: z.core.$ZodIssueInvalidUnion): readonly string[] {
  if ('options' in issue && Array.isArray(issue.options)) return issue.options.map(String)
  return issue.errors.flat().flatMap(inner => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
}

function quoted(words: readonly string[]): string {
  return words.map(word => `"${word}"`).join(', ')
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else value = isJsonObject(value) ? value[String(key)] : undefined
  }
  return value
}

/** A value on one line; a long one is cut, and a password in an address is left out. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100).replace(/\/\/[^/]*@/g, '//…@'))
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5, maxStringLength: 100 })
}
