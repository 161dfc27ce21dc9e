import { type Clock, random } from '../../core/index.ts'
import { mlflow, type Tracker } from '../../tracking/index.ts'
import type { TrackingSpec } from '../config.ts'

/** The server that the configuration names; who we are stands in the environment, as for MLflow's own client. */
export function openTracker({ uri }: TrackingSpec, clock: Clock, env: NodeJS.ProcessEnv = process.env): Tracker {
  const credentials = {
    token: env['MLFLOW_TRACKING_TOKEN'],
    username: env['MLFLOW_TRACKING_USERNAME'],
    password: env['MLFLOW_TRACKING_PASSWORD'],
  }
  return mlflow({ uri, credentials, clock, random: random(Math.floor(clock.now()), 'mlflow') })
}
