/** Facts beside a log line. Never a name, id, date or file name of a patient. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  info(event: string, fields?: Fields): void
  warn(event: string, fields?: Fields): void
  error(event: string, error: unknown, fields?: Fields): void
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
