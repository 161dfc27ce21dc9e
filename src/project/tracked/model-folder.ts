import type { ExportedModel } from '../../models/index.ts'
import type { TrackedArtifact } from '../../tracking/index.ts'

/**
 * The files of a model as MLflow knows models: the file itself, `MLmodel`, which says how it is loaded and what it takes and gives,
 * and what Python needs for it.
 */
export function modelArtifacts(folder: string, { bytes, card }: ExportedModel): readonly TrackedArtifact[] {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content)
  return [
    { path: `${folder}/model.onnx`, size: bytes.length, read: async () => bytes },
    { path: `${folder}/MLmodel`, read: async () => text(description(card.classes.length, card.model)) },
    { path: `${folder}/requirements.txt`, read: async () => text('mlflow\nonnx\nonnxruntime\n') },
  ]
}

/** YAML; the signature's members are JSON within it, as MLflow writes them. */
function description(classes: number, model: string): string {
  const inputs = [{ name: 'film', type: 'tensor', 'tensor-spec': { dtype: 'uint16', shape: [-1, -1] } }]
  const outputs = [{ name: 'probability', type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [classes] } }]
  return [
    'flavors:',
    '  onnx:',
    '    data: model.onnx',
    "    onnx_version: '1.23.2'",
    '    providers:',
    '    - CPUExecutionProvider',
    '  python_function:',
    '    data: model.onnx',
    '    loader_module: mlflow.onnx',
    'metadata:',
    `  chestnut.model: ${model}`,
    'signature:',
    `  inputs: '${JSON.stringify(inputs)}'`,
    `  outputs: '${JSON.stringify(outputs)}'`,
    '',
  ].join('\n')
}
