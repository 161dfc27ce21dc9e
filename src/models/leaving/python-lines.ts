/**
 * Ten lines that ask an exported model about a film, with what everybody has: onnxruntime, numpy and pillow. They read a film as
 * `decodeFilm` of imaging/ does; what comes after that is in the model.
 */
export const pythonLines: readonly string[] = [
  'import json, sys',
  'import numpy as np, onnxruntime',
  'from PIL import Image, ImageOps',
  'model = onnxruntime.InferenceSession("model.onnx")',
  'findings = json.loads(model.get_modelmeta().custom_metadata_map["findings"])  # a threshold for each',
  'image = ImageOps.exif_transpose(Image.open(sys.argv[1]))',
  'grey, alpha = (image, 255) if image.mode[0] == "I" else image.convert("RGBA").convert("LA").split()',
  'film = np.asarray(grey, float) * (1 if image.mode[0] == "I" else 257) * np.asarray(alpha) / 255  # 16 bits, over black',
  'probabilities = model.run(["probability"], {"film": np.rint(film).astype(np.uint16)})[0]',
  'print(json.dumps({name: {"probability": p, "positive": bool(p >= t)} for (name, t), p in zip(findings.items(), probabilities)}))',
]
