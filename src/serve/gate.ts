import { HttpProblem } from './http-problem.ts'

/** A place among those who are served or wait. */
export interface Place {
  /** Resolves when it is this one's turn; rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void>
  /** Gives the place, and the turn if it was had, to the next. */
  leave(): void
}

export interface Gate {
  /** @throws HttpProblem 503 when every place is taken */
  enter(): Place
}

/** Lets `running` in at a time, in the order of coming; `waiting` more may stand in line. */
export function gate({ running, waiting }: { readonly running: number; readonly waiting: number }): Gate {
  let places = running + waiting
  let turns = running
  const line: (() => void)[] = []
  const giveTurn = (): void => {
    const next = line.shift()
    if (next) next()
    else turns++
  }

  const turn = (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (turns > 0) {
      turns--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const come = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        line.splice(line.indexOf(come), 1)
        reject(signal.reason)
      }
      line.push(come)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    enter: () => {
      if (places === 0) {
        throw new HttpProblem(503, 'Cannot read the film now: too many others wait, try again in a few seconds', {
          headers: { 'retry-after': '2' },
        })
      }
      places--
      let state: 'here' | 'running' | 'gone' = 'here'
      return {
        turn: async signal => {
          await turn(signal)
          if (state === 'gone') giveTurn()
          else state = 'running'
        },
        leave: () => {
          if (state === 'gone') return
          places++
          if (state === 'running') giveTurn()
          state = 'gone'
        },
      }
    },
  }
}
