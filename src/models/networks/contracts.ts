import type { Contract } from '../../imaging/index.ts'

/** How PyTorch's libraries want their images: RGB in 0 to 1, then ImageNet's mean and deviation. */
export const torchContract: Partial<Contract> = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
}

/** The `caffe` mode of Keras: BGR in 0 to 255 less ImageNet's mean. */
export const caffeContract: Partial<Contract> = { order: 'bgr', range: [0, 255], mean: [103.939, 116.779, 123.68] }

/** The `tf` mode of Keras. */
export const signedContract: Partial<Contract> = { range: [-1, 1] }

/** torchxrayvision: one channel from −1024 to 1024, the middle square of the film. */
export const chestContract: Partial<Contract> = { channels: 1, range: [-1024, 1024], fit: 'crop' }
