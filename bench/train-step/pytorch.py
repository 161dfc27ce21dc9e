"""One training step of bench/train-step.ts in PyTorch on the processor, each time a line asks for some.

usage: pytorch.py (plain | channels-last | bf16 | tail | tail-bf16) BATCH SIZE THREADS
"""
import contextlib
import sys

import torch
from torch import nn
from torchvision.models import vgg16

from turns import take_turns

way = sys.argv[1]
batch, size, threads = map(int, sys.argv[2:])
torch.set_num_threads(threads)
torch.manual_seed(1)
tail_only = way.startswith("tail")
bf16 = way.endswith("bf16")
channels_last = way != "plain"
trained = 28  # block5_conv3 among torchvision's layers


def guide_network():
    """VGG16 up to its last pooling, frozen up to block5_conv2, and the guide's head."""
    features = vgg16(weights=None).features
    for layer in features[:trained]:
        layer.requires_grad_(False)
    layers = [nn.Flatten(), nn.Dropout(0.5)]
    width = 512 * (size // 32) ** 2
    for unit in (1024, 512, 256):
        layers += [nn.Linear(width, unit), nn.ReLU(), nn.Dropout(0.3)]
        width = unit
    head = nn.Sequential(*layers, nn.Linear(width, 1))
    return nn.Sequential(features[trained:] if tail_only else features, head)


model = guide_network()
shape = (batch, 512, size // 16, size // 16) if tail_only else (batch, 3, size, size)
# Features come out of a ReLU.
inputs = torch.rand(shape)
labels = torch.randint(0, 2, (batch, 1)).float()
if channels_last:
    model = model.to(memory_format=torch.channels_last)
    inputs = inputs.to(memory_format=torch.channels_last)
learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.Adam(learning, lr=1e-4, **({"fused": True} if channels_last else {}))
loss_of = nn.BCEWithLogitsLoss()
precision = torch.autocast("cpu", dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()


def step():
    optimizer.zero_grad(set_to_none=True)
    with precision:
        loss = loss_of(model(inputs), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


take_turns(step)
