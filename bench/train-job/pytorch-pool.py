"""The guide's training on a pool of augmented variants in PyTorch: what the frozen part makes of them is computed once and kept.

usage: pytorch-pool.py (float32 | bf16) FILES BATCH SIZE THREADS STEPS VALIDATION TRAINING_FILES

FILES lists the films, one path a line; the first TRAINING_FILES of them are learnt from. Says "ready"; then answers each line:

decode        seconds to read all films, two workers
features N    seconds a film to augment N films and to compute what the frozen part makes of them, once the first are through
pooled        seconds of a step of the trained part, and of what an epoch does besides its STEPS steps: judging VALIDATION films
              and keeping the weights
"""
import contextlib
import statistics
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.models import vgg16
from torchvision.transforms import v2

precision = sys.argv[1]
files = open(sys.argv[2]).read().split("\n")
batch, size, threads, steps, validation, training = map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(1)
trained = 28  # block5_conv3 among torchvision's layers
bf16 = precision == "bf16"
width, side = 512, size // 16


class Films(Dataset):
    def __len__(self):
        return len(files)

    def __getitem__(self, index):
        film = Image.open(files[index]).convert("L").resize((size, size), Image.Resampling.BILINEAR)
        return torch.from_numpy(np.asarray(film).copy())


class Variants(Dataset):
    """Films, read before, each augmented anew."""

    change = v2.Compose([v2.RandomAffine(25, (0.1, 0.1), (0.85, 1.15), interpolation=v2.InterpolationMode.BILINEAR), v2.RandomHorizontalFlip()])

    def __init__(self, films, count):
        self.films, self.count = films, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        film = self.films[index % len(self.films)].float().div(255)
        return self.change(film[None]).expand(3, -1, -1)


vgg = vgg16(weights=None).features.to(memory_format=torch.channels_last)
frozen = vgg[:trained].requires_grad_(False)
layers = [nn.Flatten(), nn.Dropout(0.5)]
units = 512 * (size // 32) ** 2
for unit in (1024, 512, 256):
    layers += [nn.Linear(units, unit), nn.ReLU(), nn.Dropout(0.3)]
    units = unit
tail = nn.Sequential(vgg[trained:], *layers, nn.Linear(units, 1)).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(tail.parameters(), lr=1e-4, fused=True)
loss_of = nn.BCEWithLogitsLoss()


def computing():
    return torch.autocast("cpu", dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()


def decode():
    loader = DataLoader(Films(), batch_size=16, num_workers=threads)
    start = time.perf_counter()
    films = torch.cat(list(loader))
    return films, time.perf_counter() - start


def features(films, count, kept):
    """Rows hold their channels last, as the trained part takes them."""
    loader = DataLoader(Variants(films, count), batch_size=16, num_workers=threads)
    filled, first, start = 0, 0, 0.0
    with torch.inference_mode(), computing():
        for images in loader:
            made = frozen(images.to(memory_format=torch.channels_last))
            kept[filled : filled + len(made)] = made.permute(0, 2, 3, 1).float().numpy()
            filled += len(made)
            if first == 0:
                first, start = filled, time.perf_counter()
    return (time.perf_counter() - start) / (filled - first)


def rows(kept, indices):
    return torch.from_numpy(kept[indices]).permute(0, 3, 1, 2)


def pooled(kept, count):
    labels = torch.arange(steps * batch) % 2
    tail.train()
    times = [time.perf_counter()]
    order = np.random.permutation(steps * batch)
    for at in range(0, len(order), batch):
        indices = order[at : at + batch]
        optimizer.zero_grad(set_to_none=True)
        with computing():
            loss = loss_of(tail(rows(kept, indices % count)), labels[indices].float()[:, None])
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter())
    tail.eval()
    with torch.inference_mode(), computing():
        for at in range(0, validation, batch):
            indices = np.arange(at, min(at + batch, validation))
            loss_of(tail(rows(kept, indices % count)).float(), (torch.from_numpy(indices) % 2).float()[:, None]).item()
    best = {name: value.clone() for name, value in tail.state_dict().items()}
    rest = time.perf_counter() - times[-1]
    return statistics.mean(b - a for a, b in zip(times, times[1:])), rest


films, kept, count = None, None, 0
print("ready", flush=True)
with tempfile.TemporaryFile() as file:
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "decode":
            films, seconds = decode()
            print(seconds, flush=True)
        elif word == "features":
            count = int(numbers[0])
            if kept is None:
                kept = np.memmap(file, np.float32, "w+", shape=(count, side, side, width))
            print(features(films[:training], count, kept), flush=True)
        else:
            print(*pooled(kept, count), flush=True)
