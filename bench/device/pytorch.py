"""One training step of bench/device.ts in PyTorch on CUDA: prints the median milliseconds.

usage: pytorch.py (vgg16 | vgg-small | dense-head) (float32 | tf32 | bf16) BATCH STEPS WARM_UP
"""
import contextlib
import statistics
import sys
import time

import torch
from torch import nn

key, precision = sys.argv[1:3]
batch, steps, warm_up = map(int, sys.argv[3:])
device = torch.device("cuda")
# By default PyTorch rounds the factors of convolutions to 10 bits.
torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
torch.backends.cudnn.allow_tf32 = precision == "tf32"
autocast = torch.autocast("cuda", dtype=torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


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


def guide_vgg16(trained=28):
    """VGG16 up to its last pooling, frozen up to block5_conv2, and the guide's head."""
    from torchvision.models import vgg16

    features = vgg16(weights=None).features
    for layer in features[:trained]:
        layer.requires_grad_(False)
    return nn.Sequential(features, dense_head())


make, shape = {
    "vgg16": (guide_vgg16, (3, 224, 224)),
    "vgg-small": (vgg_small, (1, 96, 96)),
    "dense-head": (dense_head, (512, 7, 7)),
}[key]
network = make().to(device)
inputs = torch.randn(batch, *shape)
labels = torch.randint(0, 2, (batch, 1)).float()
learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
optimizer = torch.optim.Adam(learning, lr=1e-4, fused=True)
loss_of = nn.BCEWithLogitsLoss()

times = []
for step in range(warm_up + steps):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with autocast:
        loss = loss_of(network(inputs.to(device)), labels.to(device))
    loss.backward()
    optimizer.step()
    loss.item()
    if step >= warm_up:
        times.append((time.perf_counter() - start) * 1000)
print(statistics.median(times))
