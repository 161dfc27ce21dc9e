export { type BatchNorm, withTrainingNorms } from './batch-norms.ts'
export { type NetworkOptions, network } from './build-network.ts'
export { type CalibrationMap, calibrated, uncalibrated } from './calibration.ts'
export { type GoldenVector, type ModelCard, readCard, writeCard } from './card.ts'
export { type Answer, type Classifier, type ClassifierOptions, openClassifier, type Reading } from './classifier.ts'
export { explanationGraph, heatOutput } from './explain.ts'
export { type ReferenceFilms, withReference } from './explanation-reference.ts'
export { type CardFacts, draftClassifier, finishModel } from './finish-model.ts'
export {
  type Dropout,
  imageInput,
  logitsOutput,
  type Network,
  type Standardised,
} from './network.ts'
export type { BackboneSpec, DenseHeadSpec, HeadSpec, LinearHeadSpec, OnnxSpec, Pool, VggSmallSpec } from './specs.ts'
export { type MaskInput, standardiseFeatures, type TrainingGraph, trainingGraph } from './training-graph.ts'
