/** The networks that a configuration can name. */
export const networkNames = [
  'vgg11',
  'vgg13',
  'vgg16',
  'vgg19',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'densenet121',
  'densenet169',
  'densenet201',
  'mobilenet_v1',
  'mobilenet_v2',
  'efficientnet_b0',
] as const

export type NetworkName = (typeof networkNames)[number]
