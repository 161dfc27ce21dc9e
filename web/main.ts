import { ask, modelName, Refused } from './ask.ts'
import { onFilm } from './choose.ts'
import { showAnswer, showFilm, showModel, showProblem } from './view.ts'

let current = new AbortController()

/** One film at a time: a new one takes the place of the one that is being read. */
async function read(film: File): Promise<void> {
  current.abort()
  current = new AbortController()
  const { signal } = current
  showFilm(film)
  try {
    const answer = await ask(film, signal)
    if (!signal.aborted) showAnswer(answer)
  } catch (error) {
    if (!signal.aborted) showProblem(error instanceof Refused ? error.message : 'Something went wrong on this page.')
  }
}

onFilm(film => void read(film))
modelName().then(showModel, () => showModel(''))
