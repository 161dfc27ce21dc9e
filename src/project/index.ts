export type { FindingsCrossValidation } from '../evaluate/index.ts'
export type { KerasContract } from '../models/index.ts'
export type { TrainProfile } from '../train/index.ts'
export { backboneLayers } from './backbone-layers.ts'
export { type ExportedBundle, exportBundle, type ImportedBundle, importBundle } from './bundles.ts'
export {
  type Config,
  type ConfigInput,
  type MachinesConfig,
  type MachinesInput,
  parseConfig,
  type SplitConfig,
  type StoreSpec,
  type TrackingSpec,
  type TrainConfig,
} from './config.ts'
export { type CrossValidationResult, crossValidate } from './cross-validate.ts'
export { runCycle, type StageName, stageNames } from './cycle.ts'
export {
  chexpert,
  defineConfig,
  dense,
  existing,
  folders,
  guide,
  linear,
  local,
  mlflow,
  nih,
  onnx,
  phantoms,
  pretrained,
  s3,
  scaleway,
  ssh,
  table,
  untrained,
  vggSmall,
} from './define.ts'
export { eachPlace } from './each-place.ts'
export { type Exported, exportModel } from './export-model.ts'
export { type GuideCheckout, type GuideMachine, readGuideCheckout } from './guide-checkout.ts'
export { type Imported, type ImportOptions, importModel } from './import-model.ts'
export { type ListedMachine, listMachines, type MachineList } from './list-machines.ts'
export { configName, type LoadedConfig, loadConfig } from './load-config.ts'
export { machineJournal, sweeperHeartbeat } from './machine-journal.ts'
export { machineOwner } from './machine-owner.ts'
export type { ExistingSpec, MachineSpec, ScalewaySpec } from './machine-spec.ts'
export { type Machines, needOf, openMachines } from './machines.ts'
export { type ModelFile, openModel } from './open-model.ts'
export { openStore } from './open-store.ts'
export { readFilm } from './read-film.ts'
export { attach, openRuns } from './remote/attach.ts'
export { Detached } from './remote/detached.ts'
export { installProgram } from './remote/install-program.ts'
export { eventLine } from './remote/job-event.ts'
export { commandOf } from './remote/learn-elsewhere.ts'
export type { RemotePlan } from './remote/remote-plan.ts'
export type { RentalPlan } from './remote/rental-plan.ts'
export { type ElsewhereOptions, elsewhere } from './remote/run-elsewhere.ts'
export { sendOutputs } from './remote/send-outputs.ts'
export { type StandingMachine, standingMachine } from './remote/standing-machine.ts'
export { workOnOrder } from './remote/work-on-order.ts'
export {
  type Change,
  diffRuns,
  type MetricChange,
  type RunDiff,
  type RunWithSettings,
} from './runs/diff-runs.ts'
export type { FlatSettings } from './runs/flat-settings.ts'
export { listRuns, type RunFilter } from './runs/list-runs.ts'
export { openRun, type RunPlaces } from './runs/open-run.ts'
export { largestChange, type ReproduceOptions, type Reproduction, reproduce } from './runs/reproduce.ts'
export { type RunRecords, runRecords } from './runs/run-records.ts'
export { runStage, type Stage, type StageOutcome, type StageResult } from './stage.ts'
export { type Sending, type Sent, sendRun } from './tracked/send-run.ts'
export type { BaseOptions } from './verdict/find-base.ts'
export { makeVerdict } from './verdict/make-verdict.ts'
export { type VerdictFiles, verdictFiles } from './verdict/write-verdict.ts'
export { openWorkspace, type Workspace, type WorkspaceTools } from './workspace.ts'
