"""Ten steps of each optimiser on one parameter, and the learning rates of each scheduler.

Tensors are float64: `initial` [3, 2], `gradients` [10, 3, 2], and for each case of the metadata entry
`optimizers` (`name` and options) `name.parameters` [10, 3, 2]: the parameter after every step.

`metrics` [40] is what the schedulers are told at the end of each epoch. For each case of the metadata entry
`schedulers`, `name.learning_rates` [41] is the rate of every epoch; the first is the one before any step.
Cosine with warm-up, of W warm-up epochs out of T, from the fraction f of the base rate r: in epoch t < W
the rate is r·(f + (1 − f)·t/W); after it m + (r − m)·(1 + cos(π·(t − W)/(T − W)))/2, with minimum m.
"""

import torch
from torch.optim import SGD, Adam, AdamW, RMSprop
from torch.optim import lr_scheduler as schedule

OPTIMIZERS = {
    "sgd": (SGD, dict(lr=0.1)),
    "sgd.momentum": (SGD, dict(lr=0.1, momentum=0.9)),
    "sgd.dampening": (SGD, dict(lr=0.1, momentum=0.9, dampening=0.5)),
    "sgd.nesterov": (SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    "sgd.nesterov_weight_decay": (SGD, dict(lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.05)),
    "adam": (Adam, dict(lr=0.01)),
    "adam.weight_decay": (Adam, dict(lr=0.01, weight_decay=0.1)),
    "adam.betas": (Adam, dict(lr=0.05, betas=(0.5, 0.9), eps=1e-3)),
    "adam.amsgrad": (Adam, dict(lr=0.05, betas=(0.5, 0.9), amsgrad=True)),
    "adamw": (AdamW, dict(lr=0.01, weight_decay=0.1)),
    "adamw.amsgrad": (AdamW, dict(lr=0.05, betas=(0.5, 0.9), weight_decay=0.1, amsgrad=True)),
    "rmsprop": (RMSprop, dict(lr=0.01)),
    "rmsprop.momentum": (RMSprop, dict(lr=0.02, alpha=0.9, momentum=0.8, eps=1e-3, weight_decay=0.1)),
}
SPELLED = {"lr": "learning_rate", "eps": "epsilon", "min_lr": "minimum"}


def plateau(optimizer, **options):
    return schedule.ReduceLROnPlateau(optimizer, **options)


def cosine(optimizer, warm_up, epochs, start_factor, minimum):
    return schedule.SequentialLR(optimizer, milestones=[warm_up], schedulers=[
        schedule.LinearLR(optimizer, start_factor=start_factor, total_iters=warm_up),
        schedule.CosineAnnealingLR(optimizer, epochs - warm_up, eta_min=minimum),
    ])


SCHEDULERS = {
    "plateau": (plateau, dict(mode="min", factor=0.5, patience=2, threshold=1e-4, cooldown=0, min_lr=0)),
    "plateau.maximum": (plateau, dict(mode="max", factor=0.5, patience=2, threshold=0.05, cooldown=0, min_lr=0.01)),
    "plateau.cooldown": (plateau, dict(mode="min", factor=0.5, patience=1, threshold=0.05, cooldown=3, min_lr=0)),
    "multi_step": (schedule.MultiStepLR, dict(milestones=[5, 12, 30], gamma=0.1)),
    "exponential": (schedule.ExponentialLR, dict(gamma=0.9)),
    "polynomial": (lambda optimizer, epochs, power: schedule.PolynomialLR(optimizer, epochs, power),
                   dict(epochs=30, power=0.9)),
    "step": (schedule.StepLR, dict(step_size=7, gamma=0.3)),
    "one_cycle": (schedule.OneCycleLR, dict(max_lr=0.2, total_steps=45, pct_start=0.3, div_factor=25,
                                            final_div_factor=100, cycle_momentum=False)),
    "cosine": (cosine, dict(warm_up=5, epochs=40, start_factor=0.1, minimum=1e-3)),
}


def steps(optimizer, options, initial, gradients):
    parameter = torch.nn.Parameter(initial.clone())
    update = optimizer([parameter], **options)
    after = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        update.step()
        after.append(parameter.detach().clone())
    return torch.stack(after)


def learning_rates(scheduler, options, metrics):
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.2)  # OneCycleLR's max_lr, too
    scheduler = scheduler(optimizer, **options)
    rates = [optimizer.param_groups[0]["lr"]]
    for metric in metrics:
        optimizer.step()
        scheduler.step(metric) if isinstance(scheduler, schedule.ReduceLROnPlateau) else scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return torch.tensor(rates, dtype=torch.float64)


def fixture():
    initial = torch.randn(3, 2).double()
    gradients = torch.randn(10, 3, 2).double()
    # A falling curve with noise and flat stretches, and a hump in the middle.
    epochs = torch.arange(40).double()
    metrics = torch.exp(-epochs / 8).round(decimals=1) + 0.03 * torch.rand(40).double() + 0.1
    metrics += 1.5 * torch.exp(-((epochs - 18) / 4) ** 2)
    tensors = {"initial": initial, "gradients": gradients, "metrics": metrics}
    for name, (optimizer, options) in OPTIMIZERS.items():
        tensors[f"{name}.parameters"] = steps(optimizer, options, initial, gradients)
    for name, (scheduler, options) in SCHEDULERS.items():
        tensors[f"{name}.learning_rates"] = learning_rates(scheduler, options, metrics.tolist())

    def spelled(options):
        return {SPELLED.get(key, key): value for key, value in options.items()}

    return tensors, {
        "optimizers": [{"name": name, **spelled(options)} for name, (_, options) in OPTIMIZERS.items()],
        "schedulers": [{"name": name, "learning_rate": 0.2, **spelled(options)}
                       for name, (_, options) in SCHEDULERS.items()],
    }
