import { styleText } from 'node:util'

/** Where a command writes. Answers go to `out`; progress, warnings and errors go to `err`, so that pipes stay clean. */
export interface Output {
  /** One line of the answer. Silent with `--json`. */
  say(text?: string): void
  /** The record that the library returned, as one JSON text. Silent without `--json`. */
  record(value: unknown): void
  warn(text: string): void
  /** What to know beside the answer. */
  note(text: string): void
  readonly json: boolean
}

export function output(options: { readonly json: boolean }): Output {
  return {
    json: options.json,
    say: (text = '') => {
      if (!options.json) process.stdout.write(`${text}\n`)
    },
    record: value => {
      if (options.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    warn: text => {
      process.stderr.write(`${paint('yellow', 'warning')} ${text}\n`)
    },
    note: text => {
      process.stderr.write(`${paint('dim', text)}\n`)
    },
  }
}

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

/** Colours a text where a terminal shows colours; `NO_COLOR` and pipes get plain text. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return stream.isTTY === true && process.env['NO_COLOR'] === undefined ? styleText(style, text) : text
}
