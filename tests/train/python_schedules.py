"""The learning rates of PyTorch's own schedules. Usage: python_schedules.py INPUT OUTPUT

INPUT: the settings, see below. OUTPUT: one float64 tensor for each schedule, with the rate of every step (of every
epoch for those that only change then).
"""

import sys

import torch
from torch.optim import lr_scheduler

given = torch.load(sys.argv[1], weights_only=True)
RATE = given["rate"]
STEPS = given["epochs"] * given["steps_per_epoch"]


def rates(make, count, arguments=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule = make(optimizer)
    seen = []
    for i in range(count):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([arguments[i]] if arguments else []))
    return torch.tensor(seen, dtype=torch.float64)


def warmup(optimizer):
    steps = given["warmup_steps"]
    return lr_scheduler.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)


def cosine(optimizer, lowest):
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS, eta_min=lowest * RATE)


def one_cycle(optimizer):
    # PyTorch's peak is at step share * total - 1 of 0 ... total - 1.
    total = STEPS + 1
    share = (given["peak_at"] * STEPS + 1) / total
    return lr_scheduler.OneCycleLR(
        optimizer, max_lr=RATE, total_steps=total, pct_start=share, cycle_momentum=False
    )


def plateau(optimizer):
    return lr_scheduler.ReduceLROnPlateau(
        optimizer,
        mode="max",
        factor=given["factor"],
        patience=given["patience"],
        threshold=given["threshold"],
        min_lr=given["lowest"] * RATE,
        eps=0,
    )


torch.save(
    {
        "multi_step": rates(
            lambda o: lr_scheduler.MultiStepLR(o, given["milestones"], given["factor"]), given["epochs"]
        ),
        "cosine": rates(lambda o: cosine(o, given["lowest"]), STEPS),
        "one_cycle": rates(one_cycle, STEPS),
        "plateau": rates(plateau, len(given["scores"]), given["scores"]),
        "warmup": rates(warmup, STEPS),
        "warmup_cosine": rates(lambda o: lr_scheduler.ChainedScheduler([warmup(o), cosine(o, 0)]), STEPS),
    },
    sys.argv[2],
)
