import { join } from 'node:path'
import { binaryCrossEntropy, defineConfig, dense, kerasAdam, kerasAugmentation, nih, pretrained } from 'chestnut'

// The training of the guide "Machine Learning in the Cloud", as it stands there: VGG16 up to block5_pool, of which block5_conv3 is
// trained, and four dense layers. docs/recipes.md says what it leaves to chance, and what does better on films.
//   NIH_DIR         a folder with the films anywhere below it and the table Data_Entry_2017.csv
//   VGG16_WEIGHTS   vgg16_weights_tf_dim_ordering_tf_kernels.h5 or …_notop.h5, as Keras keeps it in ~/.keras/models
const folder = process.env['NIH_DIR'] ?? 'data'

export default defineConfig({
  data: nih({ images: folder, table: join(folder, 'Data_Entry_2017.csv') }),
  target: 'Pneumonia',
  negatives: 'rest',
  // The guide parts films, so that patients of its test films were seen in training: by: 'image'.
  split: { by: 'patient', test: 0.2, validation: 0.1, balance: true },
  backbone: pretrained({
    network: 'vgg16',
    weights: process.env['VGG16_WEIGHTS'] ?? 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
    cut: 'block5_pool',
    trainFrom: 'block5_conv3',
    // As in the guide: x / 255, where these weights expect BGR less its means; one pixel of about twenty, where 'area' takes all.
    contract: { size: 224, interpolation: 'nearest', order: 'rgb', range: [0, 1], mean: [0], deviation: [1] },
  }),
  head: dense({ units: [1024, 512, 256], dropout: [0.5, 0.3, 0.3, 0.3], initial: 'glorot-uniform' }),
  train: {
    epochs: 30,
    batch: 64,
    patience: 10,
    loss: binaryCrossEntropy(),
    optimizer: kerasAdam(),
    rate: { kind: 'constant', rate: 0.0001 },
    augmentation: kerasAugmentation(),
  },
})
