import { Problem } from '../../core/index.ts'
import { engineFailure } from '../host/engine-failure.ts'
import type { Device } from './device.ts'

interface Known {
  /** What ONNX Runtime's words hold. */
  readonly words: RegExp
  readonly reason: string
  readonly next: string
}

/** What goes wrong with the machine, not with the graph. */
const known: Readonly<Record<Exclude<Device, 'cpu'>, readonly Known[]>> = {
  webgpu: [
    {
      words: /Failed to get a WebGPU adapter|Couldn't load Vulkan/,
      reason: 'no graphics adapter was found, wanted a driver for Vulkan, Metal or Direct3D 12',
      next: "apt-get install libvulkan1 mesa-vulkan-drivers (or your processor's own driver), or device: 'cpu'",
    },
    {
      words: /webgpu.* (?:is not supported|not available)|backend not found/i,
      reason: `ONNX Runtime has no WebGPU for ${process.platform} on ${process.arch}`,
      next: "device: 'cpu'",
    },
    {
      words: /requires f16/,
      reason: 'its numbers are 16 bits wide, and the adapter computes with 32 only',
      next: "train: { precision: 'float32' }; for a file that holds such numbers device: 'cpu'",
    },
    {
      words: /device (?:is|was) lost|DeviceLost/i,
      reason: 'the device was lost: its driver was restarted, or its memory ran out',
      next: 'the same command again, with a smaller batch if it happens again',
    },
    {
      words: /out of memory|OutOfMemory/i,
      reason: 'the memory of the device ran out',
      next: 'the same command with a smaller batch',
    },
  ],
  cuda: [
    {
      words: /Failed to load (?:shared )?library|libonnxruntime_providers|cannot open shared object/i,
      reason: 'its libraries are not installed',
      next: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false (see docs/devices.md)',
    },
    {
      words: /CUDA driver|no CUDA-capable device|CUDA failure (?:35|100)/i,
      reason: 'no NVIDIA processor with a working driver was found',
      next: "nvidia-smi, or device: 'cpu'",
    },
    {
      words: /fallback to CPU EP has been explicitly disabled/,
      reason: 'some of its operators would run on the CPU unseen',
      next: "device: 'cpu', or device: 'webgpu', which names them",
    },
  ],
}

/** What ONNX Runtime said on a device, as one sentence with the next command; a `Problem` stays as it is. */
export function deviceFailure(
  action: 'load' | 'run',
  { graph, device }: { readonly graph: string; readonly device: Device },
  error: unknown,
): Problem {
  if (error instanceof Problem) return error
  const words = error instanceof Error ? error.message : String(error)
  const found = device === 'cpu' ? undefined : known[device].find(each => each.words.test(words))
  if (found === undefined) return engineFailure(action, graph, error)
  return new Problem(`Cannot ${action} graph "${graph}" on ${device}: ${found.reason}`, {
    next: found.next,
    cause: error,
  })
}
