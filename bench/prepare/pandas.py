"""The guide's preparation in pandas and scikit-learn: python pandas.py TABLE IMAGES FOLDER

IMAGES lists the paths that the guide would glob. Prints the seconds of the work alone, without imports.
"""

import os
import random
import sys
import time
from itertools import chain

sys.path.pop(0)  # this file's own name would hide pandas

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

TARGET = "Pneumonia"


def prepare(table, paths):
    films = pd.read_csv(table)
    films.columns = films.columns.str.replace(" ", "_")
    films = films[films["Image_Index"].isin(list(paths))].copy()
    unwanted = [name for name in films.columns if name == "View_Position" or films.columns.get_loc(name) > 6]
    for name in unwanted:
        del films[name]
    findings = np.unique(list(chain(*films["Finding_Labels"].map(lambda text: text.split("|")).tolist())))
    for finding in findings:
        films[finding] = films["Finding_Labels"].map(lambda text, finding=finding: 1 if finding in text else 0)
    del films["Finding_Labels"]
    films["path"] = films["Image_Index"].map(paths.get)
    return films


def split(films):
    training, testing = train_test_split(films, test_size=0.2, stratify=films[TARGET])
    positive = training[training[TARGET] == 1].index.tolist()
    negative = training[training[TARGET] == 0].index.tolist()
    return training.loc[positive + random.sample(negative, len(positive))], testing


def main(table, images, folder):
    with open(images) as lines:
        paths = {os.path.basename(path): path for path in lines.read().splitlines()}
    started = time.perf_counter()
    training, testing = split(prepare(table, paths))
    training.to_csv(os.path.join(folder, "training_set.csv"))
    testing.to_csv(os.path.join(folder, "testing_set.csv"))
    print(time.perf_counter() - started)


main(*sys.argv[1:])
