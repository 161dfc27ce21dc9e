// Read with `readWeights(bytes, subject)` of ./read-weights.ts, or `openWeights(path, subject)` of the same file, which never
// holds a file and its tensors in memory at once. Both give a promise.
import type { Tensors } from '../../core/index.ts'

/** The weights of a network as a file holds them. */
export interface Weights {
  readonly format: 'keras' | 'safetensors' | 'pytorch' | 'onnx'
  /**
   * Axes in the file's own order. Floats of 16 and 64 bits (float16, bfloat16, float64) are converted to float32; integers
   * and truth values, such as counters, stay what they are.
   *
   * PyTorch, safetensors, ONNX: the file's own names (`features.0.weight`). Keras: `LAYER/VARIABLE`, such as
   * `block1_conv1/kernel`, whatever the layout; nested models' layers by their own names too.
   */
  readonly tensors: Tensors
  /** What a file says of its network beside the weights. */
  readonly about: WeightsAbout
}

export interface WeightsAbout {
  /** Keras: the model's own description (`model_config`), parsed JSON, where the file holds one. */
  readonly kerasConfig?: unknown
  /**
   * PyTorch: a pickled whole module, as plain data: its class (`torchxrayvision.models.DenseNet`), its plain attributes, and
   * its children.
   */
  readonly module?: PickledModule
}

export interface PickledModule {
  readonly className: string
  /** Plain data only: numbers, texts, lists, records, and tensors that are no weights. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly children: Readonly<Record<string, PickledModule>>
}
