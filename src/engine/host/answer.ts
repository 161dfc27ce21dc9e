import { failureOf } from './failures.ts'
import type { ProgramCore } from './program-core.ts'
import type { Reply, Request } from './protocol.ts'

/** A reply to every request, whatever happens. */
export async function answerWith(core: ProgramCore, request: Request): Promise<Reply> {
  try {
    return { tensors: await core.answer(request) }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}
