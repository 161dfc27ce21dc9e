import * as activations from './activations.ts'
import * as elementary from './elementary.ts'
import type { ScalarFunction } from './scalar-function.ts'

/** The functions of one number by the names of their ONNX operators. A row here is all that a new one needs. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  Abs: elementary.abs,
  Celu: activations.celu,
  Cos: elementary.cos,
  Elu: activations.elu,
  Erf: elementary.erf,
  Exp: elementary.exp,
  Gelu: activations.gelu,
  HardSigmoid: activations.hardSigmoid,
  HardSwish: activations.hardSwish,
  LeakyRelu: activations.leakyRelu,
  Log: elementary.log,
  Mish: activations.mish,
  Neg: elementary.neg,
  Reciprocal: elementary.reciprocal,
  Relu: activations.relu,
  Selu: activations.selu,
  Sigmoid: activations.sigmoid,
  Sin: elementary.sin,
  Softplus: activations.softplus,
  Sqrt: elementary.sqrt,
  Tanh: elementary.tanh,
}
