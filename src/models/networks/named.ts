import type { PretrainedSpec, UntrainedSpec } from '../specs.ts'
import type { NetworkDefinition } from './definition.ts'
import { densenet } from './densenet.ts'
import { efficientnetB0 } from './efficientnet.ts'
import { mobilenetV1 } from './mobilenet-v1.ts'
import { mobilenetV2 } from './mobilenet-v2.ts'
import type { NetworkName } from './names.ts'
import { resnet } from './resnet.ts'
import { vgg } from './vgg.ts'
import type { NamedOptions } from './written-network.ts'

/** Numbers of layers: Simonyan and Zisserman 2015, He et al. 2016 and Huang et al. 2017, table 1 in each. */
export const definitions: Readonly<Record<NetworkName, NetworkDefinition>> = {
  vgg11: vgg({ blocks: [1, 1, 2, 2, 2] }),
  vgg13: vgg({ blocks: [2, 2, 2, 2, 2] }),
  vgg16: vgg({ blocks: [2, 2, 3, 3, 3] }),
  vgg19: vgg({ blocks: [2, 2, 4, 4, 4] }),
  resnet18: resnet({ blocks: [2, 2, 2, 2], bottleneck: false }),
  resnet34: resnet({ blocks: [3, 4, 6, 3], bottleneck: false }),
  resnet50: resnet({ blocks: [3, 4, 6, 3], bottleneck: true }),
  resnet101: resnet({ blocks: [3, 4, 23, 3], bottleneck: true }),
  densenet121: densenet({ blocks: [6, 12, 24, 16] }),
  densenet169: densenet({ blocks: [6, 12, 32, 32] }),
  densenet201: densenet({ blocks: [6, 12, 48, 32] }),
  mobilenet_v1: mobilenetV1,
  mobilenet_v2: mobilenetV2,
  efficientnet_b0: efficientnetB0,
}

export function namedOptions(spec: PretrainedSpec | UntrainedSpec): NamedOptions {
  return { ...spec, definition: definitions[spec.network] }
}
