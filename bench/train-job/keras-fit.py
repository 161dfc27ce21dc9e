"""The guide's training in Keras on TensorFlow: its ImageDataGenerator, its network, its fit. One epoch each time a line asks.

usage: keras-fit.py FILES BATCH SIZE THREADS STEPS VALIDATION TRAINING_FILES

FILES lists the films, one path a line; the first TRAINING_FILES of them are learnt from. Says "ready"; then each line on stdin is
answered by the seconds of a step, and of what an epoch does besides its STEPS steps: judging VALIDATION films and saving.
"""
import os
import statistics
import sys
import tempfile
import time

import pandas as pd
import tensorflow as tf
from keras import Model, Sequential
from keras.applications.vgg16 import VGG16
from keras.callbacks import Callback, ModelCheckpoint
from keras.layers import Dense, Dropout, Flatten
from keras.optimizers import Adam
from keras.src.legacy.preprocessing.image import ImageDataGenerator

files = open(sys.argv[1]).read().split("\n")
batch, size, threads, steps, validation, training = map(int, sys.argv[2:])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
tf.keras.utils.set_random_seed(1)


def table(paths, rows):
    """So many rows; files take turns."""
    return pd.DataFrame({"path": [paths[i % len(paths)] for i in range(rows)], "Pneumonia": [i % 2 for i in range(rows)]})


def flow(generator, rows, size_of_batch, **options):
    return generator.flow_from_dataframe(
        dataframe=rows,
        directory=None,
        x_col="path",
        y_col="Pneumonia",
        class_mode="raw",
        target_size=(size, size),
        batch_size=size_of_batch,
        **options,
    )


def guide_network():
    vgg = VGG16(include_top=False, weights=None, input_shape=(size, size, 3))
    base = Model(inputs=vgg.input, outputs=vgg.get_layer("block5_pool").output)
    for layer in base.layers[0:17]:
        layer.trainable = False
    layers = [base, Flatten(), Dropout(0.5)]
    for unit in (1024, 512, 256):
        layers += [Dense(unit, activation="relu"), Dropout(0.3)]
    return Sequential([*layers, Dense(1, activation="sigmoid")])


augmented = ImageDataGenerator(
    rescale=1 / 255.0,
    horizontal_flip=True,
    vertical_flip=False,
    height_shift_range=0.1,
    width_shift_range=0.1,
    rotation_range=25,
    shear_range=0.1,
    zoom_range=0.15,
)
train_gen = flow(augmented, table(files[:training], 10 * steps * batch), batch)
# Two batches ahead keep the steps fed; more would only be made during the other sides' turns.
train_gen._max_queue_size = 2
judged = flow(ImageDataGenerator(rescale=1.0 / 255.0), table(files[training:], validation), validation, shuffle=False)
model = guide_network()
model.compile(optimizer=Adam(learning_rate=1e-4), loss="binary_crossentropy", metrics=["accuracy"])


class Turns(Callback):
    """Waits for its turn before each epoch and answers after it."""

    def __init__(self):
        super().__init__()
        self.ready = False

    def on_epoch_begin(self, epoch, logs=None):
        if not self.ready:
            print("ready", flush=True)
            self.ready = True
        if not sys.stdin.readline():
            os._exit(0)
        self.times = [time.perf_counter()]

    def on_train_batch_end(self, step, logs=None):
        self.times.append(time.perf_counter())

    def on_epoch_end(self, epoch, logs=None):
        end = time.perf_counter()
        rest = end - self.times[-1]
        idle()
        print(statistics.mean(b - a for a, b in zip(self.times, self.times[1:])), rest, flush=True)


def idle():
    """Waits until the batches ahead are made, so that nobody else's turn pays for them."""
    while True:
        before = time.process_time()
        time.sleep(0.3)
        if time.process_time() - before < 0.03:
            return


with tempfile.TemporaryDirectory() as folder:
    best = ModelCheckpoint(
        os.path.join(folder, "best.weights.h5"),
        monitor="val_loss",
        save_best_only=True,
        save_weights_only=True,
    )
    test_x, test_y = next(judged)
    model.fit(
        train_gen,
        validation_data=(test_x, test_y),
        epochs=100_000,
        steps_per_epoch=steps,
        callbacks=[best, Turns()],
        verbose=0,
    )
