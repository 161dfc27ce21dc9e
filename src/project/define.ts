import type { DataSpec } from '../dataset/index.ts'
import type { BackboneSpec, HeadSpec } from '../models/index.ts'
import type { S3Place } from '../store/index.ts'
import type { ConfigInput, StoreSpec, TrackingSpec } from './config.ts'
import type { ExistingSpec, MachineSpec, ScalewaySpec, SshSpec } from './machine-spec.ts'

/** Names a project's configuration, for completion and checking in the editor. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}

type Options<Spec, Kind> = Omit<Extract<Spec, { readonly kind: Kind }>, 'kind'>

/** Drawn chest films with known findings: needs no download, no patient and no permission. */
export function phantoms(options: Options<DataSpec, 'phantoms'> = {}): DataSpec {
  return { kind: 'phantoms', ...options }
}

/** NIH ChestX-ray14, or a subset of it: films in any folder below `images` (or in a zip archive), and the published table. */
export function nih(options: Options<DataSpec, 'nih'>): DataSpec {
  return { kind: 'nih', ...options }
}

/** One folder a class: `NORMAL/…`, `PNEUMONIA/…`. */
export function folders(options: Options<DataSpec, 'folders'>): DataSpec {
  return { kind: 'folders', ...options }
}

/** Any table with a row a film and a column a finding: 1, 0, −1 for uncertain, or nothing. */
export function table(options: Options<DataSpec, 'table'>): DataSpec {
  return { kind: 'table', ...options }
}

/** The CheXpert set as it is unpacked: its frontal films, and labels of which many are uncertain or missing. */
export function chexpert(options: Options<DataSpec, 'chexpert'>): DataSpec {
  return { kind: 'chexpert', ...options }
}

/** The films of the guide's project with its own training and testing sets; docs/guide.md says what is wrong with them. */
export function guide(options: Options<DataSpec, 'guide'>): DataSpec {
  return { kind: 'guide', ...options }
}

/** A small VGG-style network, trained from scratch. */
export function vggSmall(options: Options<BackboneSpec, 'vgg-small'> = {}): BackboneSpec {
  return { kind: 'vgg-small', ...options }
}

/** A pretrained network from an ONNX file. */
export function onnx(options: Options<BackboneSpec, 'onnx'>): BackboneSpec {
  return { kind: 'onnx', ...options }
}

/**
 * A network that people know by name, with the weights of a file: `pretrained({ network: 'vgg16', weights: 'vgg16.pth' })`.
 * `trainFrom` names the first layer that is trained.
 */
export function pretrained(options: Options<BackboneSpec, 'pretrained'>): BackboneSpec {
  return { kind: 'pretrained', ...options }
}

/** A network that people know by name, with drawn weights: trained from scratch. */
export function untrained(options: Options<BackboneSpec, 'untrained'>): BackboneSpec {
  return { kind: 'untrained', ...options }
}

/** This computer as a machine: a folder and processes, at no cost. What rented machines do can be tried on it. */
export function local(): MachineSpec {
  return { kind: 'local' }
}

/** A machine of yours that is reached by SSH. What runs leave on it is taken away after them; the machine stays. */
export function ssh(options: Omit<SshSpec, 'kind'>): MachineSpec {
  return { kind: 'ssh', ...options }
}

/** A server that is rented from Scaleway for each run and destroyed after it. See docs/scaleway.md. */
export function scaleway(options: Omit<ScalewaySpec, 'kind'> = {}): MachineSpec {
  return { kind: 'scaleway', ...options }
}

/** A server of yours at Scaleway, powered on for each run and off after it, never destroyed. */
export function existing(options: Omit<ExistingSpec, 'kind'>): MachineSpec {
  return { kind: 'existing', ...options }
}

/** Global pooling and one linear layer. */
export function linear(options: Options<HeadSpec, 'linear'> = {}): HeadSpec {
  return { kind: 'linear', ...options }
}

/** The guide's head: dense layers with dropout. */
export function dense(options: Options<HeadSpec, 'dense'> = {}): HeadSpec {
  return { kind: 'dense', ...options }
}

/** A bucket as the store, in place of a folder: what one machine made, every other finds. */
export function s3(place: S3Place): StoreSpec {
  return { kind: 's3', ...place }
}

/** An MLflow server that is told of trainings. Token, or user and password, stand in MLflow's own environment variables. */
export function mlflow(options: Omit<TrackingSpec, 'kind'>): TrackingSpec {
  return { kind: 'mlflow', ...options }
}
