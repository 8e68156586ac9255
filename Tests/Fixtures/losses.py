"""Losses from their formulas: values, and gradients by PyTorch's differentiation.

Tensors are float64, `[N, H, W, C]` = [2, 6, 7, 1]: `logits`, and the targets `target.binary`,
`target.soft` (in [0, 1]), `target.empty` (the first image has no foreground, the second is binary).
For each case of the metadata entry `cases` (`name` = loss.target, `loss`, `target` and options):
`name.value` and `name.gradient.logits`. Every loss is a function of the logits; where it is one of
probabilities p = sigmoid(logits), `name.gradient.probabilities` is the gradient at p as well.

Sums run over the pixels of one image, and a loss is the mean over the images of the batch; the two losses
that are averages over pixels (cross-entropy and smooth L1) are so over all pixels.

Losses of several classes have `classes.logits`, `.labels`, `.weights`, and for each name of the entry `class_losses`
`classes.name`, its value, and `classes.name.gradient`.

Losses of several operands, named by the entry `operand_losses`, have `name.0`, `name.1`, …, `name.value` and, for the
operands that want one, `name.gradient.0`, ….
"""

import math

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
        "smoothed": lambda x: F.cross_entropy(
            x.movedim(-1, 1), labels, weights, ignore_index=-1, label_smoothing=0.2),
        "smoothed_squares": lambda x: F.cross_entropy(
            x.movedim(-1, 1), labels, ignore_index=-1, label_smoothing=0.2, reduction="none").square().sum(),
    }


def focal(x, g, alpha=0.25, gamma=2):
    """Lin et al. 2017, equation 5, as torchvision has it."""
    p = x.sigmoid()
    p_t = p * g + (1 - p) * (1 - g)
    loss = F.binary_cross_entropy_with_logits(x, g, reduction="none") * (1 - p_t) ** gamma
    return (loss if alpha is None else (alpha * g + (1 - alpha) * (1 - g)) * loss).mean()


def heatmap_focal(x, g):
    """Zhou et al. 2019, equation 1."""
    p = x.sigmoid()
    centres = (g == 1).double()
    gains = centres * (1 - p) ** 2 * p.log() + (1 - centres) * (1 - g) ** 4 * p**2 * (1 - p).log()
    return -gains.sum() / centres.sum()


def info_nce(queries, keys, temperature=0.07):
    similarities = F.normalize(queries) @ F.normalize(keys).T
    return F.cross_entropy(similarities / temperature, torch.arange(len(queries)))


def overlap(a, b, kind):
    """Of boxes by their corners: Rezatofighi et al. 2019, Zheng et al. 2020."""
    def area(box):
        return (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])

    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    common = (high - low).clamp(min=0).prod(-1)
    union = area(a) + area(b) - common
    iou = common / (union + 1e-7)
    around = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    if kind == "iou":
        return iou
    if kind == "generalizedIoU":
        return iou - (around.prod(-1) - union) / (around.prod(-1) + 1e-7)
    distance = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2).square().sum(-1)
    result = iou - distance / (around.square().sum(-1) + 1e-7)
    if kind == "distanceIoU":
        return result
    angles = [torch.atan((box[..., 2] - box[..., 0]) / (box[..., 3] - box[..., 1])) for box in (a, b)]
    v = 4 / math.pi**2 * (angles[0] - angles[1]).square()
    return result - (v / (1 - iou + v + 1e-7)).detach() * v


def structural_similarity(x, y, span=1.0):
    """Wang et al. 2004, with a whole two-dimensional window."""
    weights = torch.exp(-torch.arange(-5, 6).double() ** 2 / (2 * 1.5**2))
    window = torch.outer(weights, weights)
    window = (window / window.sum()).expand(x.shape[-1], 1, 11, 11)
    blur = lambda image: F.conv2d(image.movedim(-1, 1), window, groups=x.shape[-1])
    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    return 1 - ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)
                / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2))).mean()


def of_operands():
    """Name, operands, how many of them want a gradient, and the loss of the operands."""
    vectors = lambda *shape: torch.randn(*shape).double()
    binary = (torch.rand(3, 5) > 0.7).double()
    heat = torch.rand(2, 4, 5).double().clamp(max=0.95)
    heat[0, 1, 2] = heat[1, 3, 0] = 1
    yield "focal", [vectors(3, 5), binary], 1, focal
    yield "focal.options", [vectors(3, 5), heat[0, :3]], 1, lambda x, g: focal(x, g, None, 1.5)
    yield "heatmap_focal", [vectors(2, 4, 5), heat], 1, heatmap_focal
    soft = vectors(2, 3, 5).softmax(-1)
    soft[0, 0] = torch.tensor([0, 0, 1, 0, 0])
    yield ("soft_cross_entropy", [vectors(2, 3, 5), soft], 1,
           lambda x, g: F.cross_entropy(x.flatten(0, 1), g.flatten(0, 1)))
    yield ("divergence", [vectors(2, 3, 5), soft], 1,
           lambda x, g: F.kl_div(x.log_softmax(-1).flatten(0, 1), g.flatten(0, 1), reduction="batchmean"))
    alike = torch.tensor([1, 0, 0, 1, 0, 0]).double()
    yield ("cosine_embedding", [vectors(6, 3), vectors(6, 3), alike], 2,
           lambda a, b, y: F.cosine_embedding_loss(a, b, 2 * y - 1, margin=0.1))
    yield ("triplet", [vectors(6, 3), vectors(6, 3), vectors(6, 3)], 3,
           lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=0.5, eps=0))
    yield "info_nce", [vectors(3, 4), vectors(5, 4)], 2, info_nce
    probabilities = torch.rand(3, 5).double()
    probabilities[0, 0], probabilities[0, 1], probabilities[1, 0] = 0, 1, 1
    yield "probabilities", [probabilities, binary], 1, F.binary_cross_entropy
    yield ("smooth_l1_of_each", [vectors(3, 5), vectors(3, 5)], 1,
           lambda x, g: F.smooth_l1_loss(x, g, beta=0.5, reduction="none").square().sum())
    pictures = torch.rand(2, 14, 13, 3).double()
    yield ("structural_similarity", [pictures, (pictures + 0.3 * torch.randn(2, 14, 13, 3)).clamp(0, 1)], 1,
           structural_similarity)
    corners = torch.rand(8, 2).double() * 3
    boxes = torch.cat([corners, corners + 0.5 + torch.rand(8, 2) * 4], -1)
    others = boxes + (torch.rand(8, 4) - 0.5)
    others[0] += 20
    for kind in ("iou", "generalizedIoU", "distanceIoU", "completeIoU"):
        yield f"box.{kind}", [boxes, others], 1, lambda a, b: (1 - overlap(a, b, kind)).mean()
        yield (f"pairwise_box.{kind}", [boxes, others[:3]], 2,
               lambda a, b: overlap(a[:, None], b, kind).square().sum())


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
    names = []
    for name, operands, wanted, loss in of_operands():
        operands = [x.clone().requires_grad_() for x in operands]
        value = loss(*operands)
        gradients = torch.autograd.grad(value, operands[:wanted])
        tensors |= {f"{name}.{i}": x for i, x in enumerate(operands)} | {f"{name}.value": value}
        tensors |= {f"{name}.gradient.{i}": x for i, x in enumerate(gradients)}
        names.append(name)
    return tensors, {"layout": "NHWC", "cases": cases, "class_losses": list(of_classes(logits, labels, weights)),
                     "operand_losses": names}
