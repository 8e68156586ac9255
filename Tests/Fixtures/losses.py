"""Segmentation losses from their formulas: values, and gradients by PyTorch's differentiation.

Tensors are float64, `[N, H, W, C]` = [2, 6, 7, 1]: `logits`, and the targets `target.binary`,
`target.soft` (in [0, 1]), `target.empty` (the first image has no foreground, the second is binary).
For each case of the metadata entry `cases` (`name` = loss.target, `loss`, `target` and options):
`name.value` and `name.gradient.logits`. Every loss is a function of the logits; where it is one of
probabilities p = sigmoid(logits), `name.gradient.probabilities` is the gradient at p as well.

Sums run over the pixels of one image, and a loss is the mean over the images of the batch; the two losses
that are averages over pixels (cross-entropy and smooth L1) are so over all pixels.

Losses of several classes have `classes.logits`, `.labels`, `.weights`, and for each name of the entry `class_losses`
`classes.name`, its value, and `classes.name.gradient`.
"""

import torch
from torch.nn import functional as F

FLOOR = 1e-6  # keeps the gradient of a power below 1 finite at a perfect prediction


def total(x):
    return x.flatten(1).sum(1)


def cross_entropy(x, g, positive_weight=1.0):
    return F.binary_cross_entropy_with_logits(x, g, pos_weight=torch.tensor(positive_weight))


def dice(p, g, smoothing=1.0):
    return (1 - (2 * total(p * g) + smoothing) / (total(p) + total(g) + smoothing)).mean()


def focal_dice(p, g, exponent=0.75):
    loss = 1 - 2 * total(p * g) / (total(p) + total(g))
    return loss.clamp(min=FLOOR).pow(exponent).mean()


def focal_dice_root(p, g, beta=2.0):
    return (1 - (2 * total(p * g) / (total(p) + total(g))).clamp(min=FLOOR).pow(1 / beta)).mean()


def focal_tversky(p, g, false_negative_weight=0.7, exponent=0.75, smoothing=1.0):
    hits, misses, false_alarms = total(p * g), total((1 - p) * g), total(p * (1 - g))
    index = (hits + smoothing) / (
        hits + false_negative_weight * misses + (1 - false_negative_weight) * false_alarms + smoothing)
    return (1 - index).clamp(min=FLOOR).pow(exponent).mean()


def generalised_dice(p, g):
    classes = [(p, g), (1 - p, 1 - g)]
    sizes = torch.stack([total(r) for _, r in classes])
    weights = 1 / sizes**2
    largest = torch.where(weights.isinf(), 0, weights).max(0).values
    weights = torch.where(weights.isinf(), largest, weights)
    overlap = torch.stack([total(r * q) for q, r in classes])
    both = torch.stack([total(r + q) for q, r in classes])
    return (1 - 2 * (weights * overlap).sum(0) / (weights * both).sum(0)).mean()


def lovasz_weights(target):
    """First differences of the Jaccard loss along the target in the order of falling errors."""
    size = target.sum()
    jaccard = 1 - (size - target.cumsum(0)) / (size + (1 - target).cumsum(0))
    return torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])


def lovasz(errors, target):
    losses = []
    for e, g in zip(errors.flatten(1), target.flatten(1)):
        order = e.detach().argsort(descending=True)
        losses.append(e[order] @ lovasz_weights(g[order]))
    return torch.stack(losses).mean()


def lovasz_hinge(x, g):
    return lovasz((1 - x * (2 * g - 1)).relu(), g)


def lovasz_softmax(p, g):
    return lovasz((g - p).abs(), g)


def mask_iou(p, g):
    return (1 - total(torch.minimum(p, g)) / total(torch.maximum(p, g))).mean()


def smooth_l1(x, g, beta=1.0):
    return F.smooth_l1_loss(x, g, beta=beta)


def lb_hinge(x, g, threshold=0.05):
    return torch.where(g < threshold, x.relu(), x - g).pow(2).mean()


def of_classes(logits, labels, weights):
    """Losses of logits `[2, 4, 5, 3]` with labels from −1, for nothing, to 2."""
    def each(x, weights=None):
        return F.cross_entropy(x.movedim(-1, 1), labels, weights, ignore_index=-1, reduction="none")

    def hardest(x):
        return each(x).flatten(1).topk(8, dim=1).values.mean()

    def hard_negative(x):
        losses, chosen = each(x).flatten(1), labels.flatten(1) > 0
        for loss, own, marks in zip(losses.detach(), labels.flatten(1), chosen):
            background = (own == 0).nonzero().flatten()
            count = min(len(background), max(2, int(marks.sum())))
            marks[background[loss[background].topk(count).indices]] = True
        weight = torch.where(chosen, weights[labels.clamp(min=0).flatten(1)], 0)
        return (losses * weight).sum() / weight.sum()

    return {
        "mean": lambda x: F.cross_entropy(x.movedim(-1, 1), labels, ignore_index=-1),
        "weighted": lambda x: F.cross_entropy(x.movedim(-1, 1), labels, weights, ignore_index=-1),
        "sum": lambda x: each(x, weights).sum(), "squares": lambda x: each(x, weights).square().sum(),
        "hardest": hardest, "hard_negative": hard_negative,
    }


# (loss, is a function of probabilities, targets, options)
CASES = [
    (cross_entropy, False, ["binary", "soft", "empty"], {}),
    (cross_entropy, False, ["binary"], {"positive_weight": 5.0}),
    (dice, True, ["binary", "soft", "empty"], {"smoothing": 1.0}),
    (focal_dice, True, ["binary", "soft", "empty"], {"exponent": 0.75}),
    (focal_dice_root, True, ["binary", "soft"], {"beta": 2.0}),
    (lb_hinge, False, ["binary", "soft"], {}),
    (focal_tversky, True, ["binary", "soft", "empty"],
     {"false_negative_weight": 0.7, "exponent": 0.75, "smoothing": 1.0}),
    (generalised_dice, True, ["binary", "soft", "empty"], {}),
    (lovasz_hinge, False, ["binary", "empty"], {}),
    (lovasz_softmax, True, ["binary", "empty"], {}),
    (mask_iou, True, ["binary", "soft", "empty"], {}),
    (smooth_l1, False, ["soft"], {"beta": 1.0}),
    (smooth_l1, False, ["soft"], {"beta": 0.25}),
]


def fixture():
    size = (2, 6, 7, 1)
    logits = (2 * torch.randn(size)).double().requires_grad_()
    binary = (torch.rand(size) > 0.6).double()
    soft = torch.rand(size).double()
    empty = binary.clone()
    empty[0] = 0
    targets = {"binary": binary, "soft": soft, "empty": empty}

    tensors = {"logits": logits} | {f"target.{name}": target for name, target in targets.items()}
    cases = []
    for loss, of_probabilities, names, options in CASES:
        for target in names:
            name = ".".join([loss.__name__, target])
            if f"{name}.value" in tensors:
                name += "." + next(iter(options))
            p = logits.sigmoid() if of_probabilities else logits
            value = loss(p, targets[target], **options)
            cases.append({"name": name, "loss": loss.__name__, "target": target, **options})
            tensors[f"{name}.value"] = value
            gradients = torch.autograd.grad(value, [logits, p] if of_probabilities else [logits])
            for role, gradient in zip(["logits", "probabilities"], gradients):
                tensors[f"{name}.gradient.{role}"] = gradient
    logits = torch.randn(2, 4, 5, 3).double().requires_grad_()
    labels = (torch.randint(-1, 6, (2, 4, 5)) % 5 - 1).clamp(-1, 2)
    weights = torch.tensor([1 / 3, 1, 0.5]).double()
    tensors |= {"classes.logits": logits, "classes.labels": labels, "classes.weights": weights}
    for name, loss in of_classes(logits, labels, weights).items():
        value = loss(logits)
        tensors |= {f"classes.{name}": value, f"classes.{name}.gradient": torch.autograd.grad(value, logits)[0]}
    return tensors, {"layout": "NHWC", "cases": cases, "class_losses": list(of_classes(logits, labels, weights))}
