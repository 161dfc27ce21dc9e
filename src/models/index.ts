export type { Answer } from './answer.ts'
export { type AnswerRecord, answerRecord, type FindingRecord } from './answer-record.ts'
export { type BatchNorm, withTrainingNorms } from './batch-norms.ts'
export { type BackboneParts, type NetworkOptions, network } from './build-network.ts'
export {
  type Calibration,
  type CalibrationBand,
  type CalibrationFilmCounts,
  type CalibrationMap,
  calibrated,
  calibratedLogit,
  intervalOf,
  type ProbabilityInterval,
  shiftedMap,
  uncalibrated,
} from './calibration.ts'
export { type GoldenVector, type ModelCard, readCard, type ThresholdPolicy, writeCard } from './card.ts'
export {
  type Classifier,
  type ClassifierOptions,
  type ClassifyOptions,
  openClassifier,
  type Reading,
} from './classifier.ts'
export { explanationGraph, heatOutput } from './explain.ts'
export type { Explanation, HeatMethod } from './explanation.ts'
export { type ReferenceFilms, withReference } from './explanation-reference.ts'
export { type CardFacts, draftClassifier, finishModel } from './finish-model.ts'
export { pooledRows } from './int8/agreement.ts'
export { type ProbeFilms, type ProbeOptions, probeLogits } from './int8/probe.ts'
export {
  type CalibrationFilms,
  type Int8Network,
  type Int8Report,
  probeSentence,
  quantiseNetwork,
} from './int8/quantise-network.ts'
export { type KerasModel, parseKerasModel } from './keras/keras-config.ts'
export type { KerasSource } from './keras/keras-graph.ts'
export { type KerasContract, type KerasNetwork, kerasNetwork } from './keras/keras-network.ts'
export type { Layer, Layers } from './layers.ts'
export { type LayeredSpec, layersOf } from './layers-of.ts'
export { type ExportCard, type ExportedModel, exportedModel } from './leaving/exported-model.ts'
export { pythonLines } from './leaving/python-lines.ts'
export {
  type Dropout,
  type HeatSource,
  imageInput,
  logitsOutput,
  type Network,
  type Standardised,
} from './network.ts'
export { type NetworkName, networkNames } from './networks/names.ts'
export type { Layout } from './places.ts'
export { prevalenceOfEach, type SitePrevalence } from './site-prevalence.ts'
export type {
  BackboneSpec,
  DenseHeadSpec,
  HeadSpec,
  Int8Range,
  Int8Spec,
  LinearHeadSpec,
  OnnxSpec,
  Pool,
  PretrainedSpec,
  UntrainedSpec,
  VggSmallSpec,
} from './specs.ts'
export { type MaskInput, standardiseFeatures, type TrainingGraph, trainingGraph } from './training-graph.ts'
export { externalData } from './weights/external-data.ts'
export { readKerasDescription } from './weights/keras/keras-config.ts'
export { openWeights, readWeights } from './weights/read-weights.ts'
export type { PickledModule, Weights, WeightsAbout } from './weights/weights.ts'
export { asWinograd, winogradLayers } from './winograd/as-winograd.ts'
export type { WinogradLayer } from './winograd/layer.ts'
export { type Candidate, type ConvolutionForm, fasterForm } from './winograd/measure.ts'
