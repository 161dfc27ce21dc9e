#!/bin/sh
# Writes src/graph/onnx_pb.ts from the official onnx-ml.proto (PyPI package onnx) with protoc-gen-es.
# Our compiler flags allow erasable syntax only, so each generated enum becomes a const object and a union type.
set -eu
onnx=1.23.2
plugin=2.17.0
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet grpcio-tools
venv/bin/pip download --quiet --no-deps "onnx==$onnx"
python3 -m zipfile -e onnx-*.whl wheel
npm install --silent --no-audit --no-fund --prefix npm "@bufbuild/protoc-gen-es@$plugin"
venv/bin/python -m grpc_tools.protoc -I wheel/onnx --plugin=protoc-gen-es=npm/node_modules/.bin/protoc-gen-es \
  --es_out=. --es_opt=target=ts onnx-ml.proto

node - "$onnx" "$plugin" > "$root/src/graph/onnx_pb.ts" <<'SCRIPT'
const { readFileSync } = require('node:fs')
const [onnx, plugin] = process.argv.slice(2)
const erasable = readFileSync('onnx-ml_pb.ts', 'utf8').replace(/^export enum (\w+) \{\n([\s\S]*?)^\}/gm, (_all, name, body) => {
  const members = body.replace(/^( *)(\w+) = (-?\d+),/gm, '$1$2: $3,')
  return `export const ${name} = {\n${members}} as const;\n\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`
})
process.stdout.write(`// Made by scripts/generate-onnx-pb.sh from onnx-ml.proto of onnx ${onnx} with protoc-gen-es ${plugin}. Do not edit.\n${erasable}`)
SCRIPT
