import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineFailure } from './engine-failure.ts'

/** What ONNX Runtime 1.30 says, and what is made of it. */
const cases: readonly (readonly ['load' | 'run', string, string])[] = [
  [
    'load',
    'Node (product) Op (MatMul) [ShapeInferenceError] Incompatible dimensions for matrix multiplication',
    'Cannot load graph "g" at node "product" (MatMul): Incompatible dimensions for matrix multiplication',
  ],
  [
    'load',
    'This is an invalid model. In Node, ("nope", Nope, "", -1) : ("a": tensor(float),) -> ("c": tensor(float),) , Error No Op registered for Nope with domain_version of 21',
    'Cannot load graph "g" at node "nope" (Nope): No Op registered for Nope with domain_version of 21',
  ],
  [
    'load',
    "Invalid model. Node input 'z' is not a graph input, initializer, or output of a previous node.",
    `Cannot load graph "g": Invalid model. Node input 'z' is not a graph input, initializer, or output of a previous node`,
  ],
  [
    'load',
    'This is an invalid model. In Node, ("r", Relu, "", -1) : ("a": tensor(float),) -> ("c": tensor(float),) , Error Unrecognized attribute: x for operator Relu',
    'Cannot load graph "g" at node "r" (Relu): Unrecognized attribute: x for operator Relu',
  ],
  [
    'load',
    "This is an invalid model. Type Error: Type 'tensor(string)' of input parameter (a) of operator (Relu) in node (r) is invalid.",
    `Cannot load graph "g" at node "r" (Relu): Type Error: Type 'tensor(string)' of input parameter (a) of operator (Relu) in node (r) is invalid`,
  ],
  [
    'load',
    "Could not find an implementation for GlobalAveragePool(1) node with name 'r'",
    `Cannot load graph "g" at node "r" (GlobalAveragePool): Could not find an implementation for GlobalAveragePool(1) node with name 'r'`,
  ],
  [
    'run',
    "Non-zero status code returned while running MatMul node. Name:'product' Status Message: matmul_helper.h:59 Compute MatMul dimension mismatch",
    'Cannot run graph "g" at node "product" (MatMul): Compute MatMul dimension mismatch',
  ],
  [
    'run',
    "Non-zero status code returned while running Add node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:563 void onnxruntime::BroadcastIterator::Init(ptrdiff_t, ptrdiff_t) axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 3 by 5\n",
    'Cannot run graph "g" at node Add: axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 3 by 5',
  ],
]

for (const [action, words, sentence] of cases) {
  test(`engineFailure() says: ${sentence}`, () => {
    const problem = engineFailure(action, 'g', new Error(words))
    assert.equal(problem.message, sentence)
    assert.ok(problem.cause instanceof Error && problem.cause.message === words)
  })
}
