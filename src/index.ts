/** What a configuration needs. The rooms are at `chestnut/graph`, `chestnut/train` and so on. */
export { binaryCrossEntropy, focal } from './core/loss.ts'
export { adam, adamw, kerasAdam, rmsprop, sgd } from './core/optimizer.ts'
export type { Config, ConfigInput } from './project/config.ts'
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
} from './project/define.ts'
export { kerasAugmentation } from './train/keras-augmentation.ts'
