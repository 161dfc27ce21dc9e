/**
 * Where numbers are computed and kept: on the processor; on a graphics processor through WebGPU (Vulkan, Metal or Direct3D 12
 * below it); on an NVIDIA one through CUDA, whose libraries are not part of the package.
 */
export const devices = ['cpu', 'webgpu', 'cuda'] as const

export type Device = (typeof devices)[number]
