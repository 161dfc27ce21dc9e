import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { need } from './needs.ts'
import { peerFolder } from './peers.ts'

const python = join(peerFolder('onnx-1.23.2'), 'bin', 'python')

/** `need` for the stock ONNX checker. */
export function needOnnx(): string | false {
  return need({ path: python, install: 'scripts/peers/onnx.sh' })
}

/** What the stock checker says of one model. */
export interface OnnxVerdict {
  /** Its complaint; null when it is content. */
  readonly problem: string | null
  /** Its inferred shapes of inner values and outputs, by name; null for a size or rank that it does not know. */
  readonly shapes: Readonly<Record<string, readonly (number | string | null)[] | null>>
  /** ONNX's numbers of their element types. */
  readonly types: Readonly<Record<string, number>>
}

const script = `
import json, sys, onnx

def size(d):
    return d.dim_value if d.HasField("dim_value") else (d.dim_param or None)

def verdict(path):
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        graph = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True).graph
    except Exception as error:
        return {"problem": str(error), "shapes": {}, "types": {}}
    values = [v for v in [*graph.value_info, *graph.output]]
    tensors = {v.name: v.type.tensor_type for v in values}
    shapes = {n: [size(d) for d in t.shape.dim] if t.HasField("shape") else None for n, t in tensors.items()}
    return {"problem": None, "shapes": shapes, "types": {n: t.elem_type for n, t in tensors.items()}}

json.dump([verdict(path) for path in sys.argv[1:]], sys.stdout)
`

/** Judges encoded models with `onnx.checker` and strict shape inference of the PyPI package, all in one process. */
export function onnxVerdicts(models: readonly Uint8Array[]): readonly OnnxVerdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-onnx-'))
  try {
    const paths = models.map((model, i) => {
      const path = join(folder, `${i}.onnx`)
      writeFileSync(path, model)
      return path
    })
    const run = spawnSync(python, ['-c', script, ...paths], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (run.status !== 0) throw new Error(`Cannot run the ONNX checker: ${run.stderr}${run.error?.message ?? ''}`)
    return JSON.parse(run.stdout) as OnnxVerdict[]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The complaints of the stock checker, each with the number of its model; empty when all models are good. */
export function onnxCheck(models: readonly Uint8Array[]): readonly string[] {
  return onnxVerdicts(models).flatMap(({ problem }, i) => (problem === null ? [] : [`model ${i}: ${problem}`]))
}
