import type { Context } from 'hono'
import { placeOfName } from '../core/index.ts'
import { accepts, quality } from './accepts.ts'
import { answerBody } from './answer.ts'
import { explainBody } from './explain-body.ts'
import { HttpProblem } from './http-problem.ts'
import { type Room, readFilm } from './read-film.ts'
import type { Answering, Env } from './route.ts'

const json = 'application/json'
const png = 'image/png'

/** The routes that read a film. */
export function predictRoutes(room: Room): { readonly answer: Answering; readonly explain: Answering } {
  const { name, version } = room.tools.version
  const model = `${name}@${version}`

  const explain = async (c: Context<Env>): Promise<Response> => {
    const accept = c.req.header('accept') ?? null
    const asPicture = quality(accept, png) > quality(accept, json)
    if (!asPicture) checkAccept(c, json)
    const reading = await readFilm(c.req.raw, findingOf(c, room), room)
    if (!asPicture) return c.json(explainBody(reading, model, c.get('requestId')))
    const picture = reading.explanation?.png
    if (picture) return c.body(new Uint8Array(picture), 200, { 'content-type': png })
    throw new HttpProblem(406, `Cannot answer with a picture: ${reading.explanation?.about ?? ''}`)
  }

  const answer = async (c: Context<Env>): Promise<Response> => {
    if (c.req.query('explain') === '1') return explain(c)
    checkAccept(c, json)
    const { answers } = await readFilm(c.req.raw, undefined, room)
    return c.json(answerBody(answers, model, c.get('requestId')))
  }

  return { answer, explain }
}

/** The finding whose heat map a request wants: the one it names, or the model's first. */
function findingOf(c: Context<Env>, { tools }: Room): string {
  const { classes } = tools.classifier.card
  const found = classes[placeOfName(c.req.query('finding') ?? classes[0]!, classes)]
  if (found !== undefined) return found
  throw new HttpProblem(400, `Cannot explain this finding: the model has ${classes.join(', ')}`)
}

/** Before the film is read: an answer that cannot be taken is not worked for. */
export function checkAccept(c: Context<Env>, type: string): void {
  if (accepts(c.req.header('accept') ?? null, type)) return
  throw new HttpProblem(406, `Cannot answer in a form that is accepted: there is ${type}`)
}
