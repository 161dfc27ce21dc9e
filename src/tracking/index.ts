export { type MlflowOptions, mlflow } from './mlflow.ts'
export type { Credentials } from './mlflow-rest.ts'
export type { SentRun, TrackedArtifact, TrackedMetric, TrackedModel, TrackedRun, Tracker } from './tracked-run.ts'
