import { Interrupted } from '../core/index.ts'

/** Milliseconds: npm and npx pass on a signal that the terminal has sent as well, so one Ctrl-C may come twice. */
const oneKeystroke = 500

/**
 * The first Ctrl-C asks the work to finish its step and save; the second one kills. A kill, not an exit: leaving while
 * the engine computes would abort the process.
 */
export function interruption(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  let asked = 0
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - asked > oneKeystroke) process.kill(process.pid, 'SIGKILL')
      return
    }
    asked = performance.now()
    process.stderr.write('\nStopping after this step; press Ctrl-C again to kill\n')
    controller.abort(new Interrupted('Stopped: what was finished is kept', { next: 'run the same command again' }))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    release: () => {
      // The second half of one keystroke may come when the work has stopped already.
      if (controller.signal.aborted) return
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    },
  }
}
