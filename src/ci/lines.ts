/** Lines of YAML that belong together. */
export type Lines = readonly string[]

/** The lines, further right. */
export function indented(lines: Lines, by = 2): Lines {
  return lines.map(line => (line === '' ? '' : `${' '.repeat(by)}${line}`))
}

/** `name:` with what is below it; nothing where nothing is. */
export function section(name: string, lines: Lines): Lines {
  return lines.length === 0 ? [] : [`${name}:`, ...indented(lines)]
}

/** One entry of a list, of several lines. */
export function entry([first = '', ...rest]: Lines): Lines {
  return [`- ${first}`, ...indented(rest)]
}

/** A text as a value of YAML, in quotes where it could be read as something else. */
export function scalar(text: string): string {
  return /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`
}

/** A word of a shell's command. */
export function word(text: string): string {
  return /^[A-Za-z0-9_./:@~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
