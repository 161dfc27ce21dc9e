import { type Clock, duration, type Progress, type ProgressEvent } from '../core/index.ts'
import { paint } from './output.ts'

export interface ProgressDisplay {
  readonly show: Progress
  /** Takes the bar off the screen, so that what is printed next stands alone. */
  clear(): void
}

type Step = Extract<ProgressEvent, { readonly kind: 'progress' }>

const barWidth = 24
const redrawEvery = 80
const plainLineEvery = 5000

/** A bar with an ETA on a terminal; plain lines, seconds apart, elsewhere. Both go to stderr. */
export function progressDisplay(clock: Clock, stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  const live = stream.isTTY === true
  let task = ''
  let over = false
  let started = 0
  /** What was done when the task was first told of, by an earlier run perhaps: the time left is judged by what came after. */
  let before = 0
  let drawn = -Infinity
  let barShown = false

  const clear = (): void => {
    if (barShown) stream.write('\r\u001b[2K')
    barShown = false
  }
  const line = (text: string): void => {
    clear()
    stream.write(`${text}\n`)
  }
  const step = (event: Step): void => {
    const now = clock.now()
    const finished = event.done >= event.total
    if (finished && over && event.task === task) return
    if (over || event.task !== task) {
      task = event.task
      started = now
      before = event.done
      drawn = live ? -Infinity : now
    }
    over = finished
    if (!finished && now - drawn < (live ? redrawEvery : plainLineEvery)) return
    drawn = now
    if (live && !finished) {
      stream.write(`\r\u001b[2K  ${bar(event, timeLeft(event, before, now - started), stream.columns ?? 80)}`)
      barShown = true
    } else {
      line(`  ${summary(event, now - started)}`)
    }
  }
  return {
    clear,
    show: event => {
      if (event.kind === 'progress') step(event)
      else if (event.kind === 'note') line(`  ${event.text}`)
      else line(`  ${paint('yellow', 'warning', stream)} ${event.text}`)
    },
  }
}

function timeLeft({ done, total }: Step, before: number, elapsed: number): number | undefined {
  return done > before ? (elapsed / (done - before)) * (total - done) : undefined
}

function bar(event: Step, timeLeft: number | undefined, columns: number): string {
  const share = event.total === 0 ? 1 : event.done / event.total
  const filled = Math.round(share * barWidth)
  const left = timeLeft === undefined ? '' : `, ${duration(timeLeft)} left`
  const detail = event.detail === undefined ? '' : `  ${event.detail}`
  const text = `${event.task} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${event.done}/${event.total} ${event.unit}${left}${detail}`
  return text.slice(0, columns - 3)
}

function summary(event: Step, elapsed: number): string {
  const detail = event.detail === undefined ? '' : `, ${event.detail}`
  return `${event.task}: ${event.done}/${event.total} ${event.unit}, ${duration(elapsed)}${detail}`
}
