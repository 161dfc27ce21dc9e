import { resolve } from 'node:path'

/** A model as typed: a file's path starts from the folder in which the command was typed, wherever the project is. */
export function modelReference(typed: string | undefined): string | undefined {
  return typed?.endsWith('.onnx') === true ? resolve(typed) : typed
}
