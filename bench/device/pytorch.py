"""One training step of bench/device.ts in PyTorch on CUDA: prints the median milliseconds.

usage: pytorch.py (vgg-small | dense-head) SIZE BATCH STEPS WARM_UP
"""
import statistics
import sys
import time

import torch
from torch import nn

key, size, batch, steps, warm_up = sys.argv[1], *map(int, sys.argv[2:])
device = torch.device("cuda")


def vgg_small(widths=(16, 32, 64, 128)):
    layers, channels = [], 1
    for at, width in enumerate(widths):
        layers.append(nn.Conv2d(channels, width, 3, padding=1))
        if at < len(widths) - 1:
            layers.append(nn.MaxPool2d(2))
        layers.append(nn.ReLU())
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(channels, 1))


def dense_head(units=(1024, 512, 256), rates=(0.5, 0.3, 0.3, 0.3)):
    layers, width = [nn.Flatten(), nn.Dropout(rates[0])], 512 * 7 * 7
    for unit, rate in zip(units, rates[1:]):
        layers += [nn.Linear(width, unit), nn.ReLU(), nn.Dropout(rate)]
        width = unit
    return nn.Sequential(*layers, nn.Linear(width, 1))


network = (vgg_small() if key == "vgg-small" else dense_head()).to(device)
shape = (batch, 1, size, size) if key == "vgg-small" else (batch, 512, 7, 7)
inputs = torch.randn(shape)
labels = torch.randint(0, 2, (batch, 1)).float()
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, fused=True)
loss_of = nn.BCEWithLogitsLoss()

times = []
for step in range(warm_up + steps):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(network(inputs.to(device)), labels.to(device))
    loss.backward()
    optimizer.step()
    loss.item()
    if step >= warm_up:
        times.append((time.perf_counter() - start) * 1000)
print(statistics.median(times))
