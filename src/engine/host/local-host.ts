import { answerWith } from './answer.ts'
import type { OpenLink } from './link.ts'
import { loadHostProgram, programCore } from './program-core.ts'
import type { OpenSession } from './session.ts'

/** No host at all: the program runs where it is called. For engines that are small and never crash. */
export function openLocal(openSession: OpenSession): OpenLink {
  return events => {
    const core = programCore(setup => loadHostProgram(setup, openSession))
    return {
      post: request => void answerWith(core, request).then(reply => events.reply(reply)),
      hold: () => undefined,
      gone: async () => undefined,
    }
  }
}
