"""One training step of bench/train-step.ts in Keras on TensorFlow, as the guide has it, each time a line asks for some.

usage: tensorflow-keras.py (whole | tail) BATCH SIZE THREADS
"""
import sys

import numpy as np
import tensorflow as tf
from keras import Input, Model, Sequential
from keras.applications.vgg16 import VGG16
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.optimizers import Adam

from turns import take_turns

way = sys.argv[1]
batch, size, threads = map(int, sys.argv[2:])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
tf.keras.utils.set_random_seed(1)


def guide_network():
    """VGG16 up to its last pooling, frozen up to block5_conv2, and the guide's head."""
    if way == "tail":
        shape = (size // 16, size // 16, 512)
        trained = [Input(shape), Conv2D(512, 3, padding="same", activation="relu"), MaxPooling2D(2)]
    else:
        vgg = VGG16(include_top=False, weights=None, input_shape=(size, size, 3))
        for layer in vgg.layers[:17]:
            layer.trainable = False
        shape = (size, size, 3)
        trained = [Model(vgg.input, vgg.get_layer("block5_pool").output)]
    layers = [Flatten(), Dropout(0.5)]
    for unit in (1024, 512, 256):
        layers += [Dense(unit, activation="relu"), Dropout(0.3)]
    return Sequential([*trained, *layers, Dense(1, activation="sigmoid")]), shape


model, shape = guide_network()
model.compile(optimizer=Adam(learning_rate=1e-4), loss="binary_crossentropy", metrics=["accuracy"])
random = np.random.default_rng(1)
inputs = random.random((batch, *shape), dtype=np.float32)
labels = random.integers(0, 2, (batch, 1)).astype(np.float32)


take_turns(lambda: model.train_on_batch(inputs, labels))
