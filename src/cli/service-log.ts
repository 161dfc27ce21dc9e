import pino, { type LoggerOptions } from 'pino'
import { chestnutVersion, type Log } from '../core/index.ts'

/** One JSON line an event with the field names of the Elastic Common Schema. To stderr: stdout holds the command's answer. */
export function serviceLog(): Log {
  const settings: LoggerOptions = {
    base: null,
    messageKey: 'message',
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    formatters: { level: label => ({ 'log.level': label }) },
    mixin: () => ({ 'ecs.version': '8.11.0', 'service.name': 'chestnut', 'service.version': chestnutVersion() }),
  }
  const log = pino(settings, pino.destination(2))
  return {
    info: (event, fields) => log.info({ ...fields, 'event.action': event }, event),
    warn: (event, fields) => log.warn({ ...fields, 'event.action': event }, event),
    error: (event, error, fields) =>
      log.error(
        {
          ...fields,
          'event.action': event,
          'error.type': error instanceof Error ? error.name : typeof error,
          'error.message': error instanceof Error ? error.message : String(error),
        },
        event,
      ),
  }
}
