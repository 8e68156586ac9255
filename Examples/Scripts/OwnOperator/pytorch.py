# An operator of one's own, with the gradients of both operands, and their check against central differences.
import torch


class Shrink(torch.autograd.Function):
    """Soft shrinkage: x − t above a threshold t, x + t below −t, 0 between; `[…, C]` by thresholds `[C]`."""

    @staticmethod
    def forward(ctx, x, threshold):
        ctx.save_for_backward(x, threshold)
        return torch.where(x.abs() > threshold, x - x.sign() * threshold, 0)

    @staticmethod
    def backward(ctx, dy):
        x, threshold = ctx.saved_tensors
        passes = x.abs() > threshold
        dx = dthreshold = None
        if ctx.needs_input_grad[0]:
            dx = torch.where(passes, dy, 0)
        if ctx.needs_input_grad[1]:
            dthreshold = torch.where(passes, -dy * x.sign(), 0).flatten(0, -2).sum(0)
        return dx, dthreshold


torch.manual_seed(1)
x = torch.randn(4, 5, 3, dtype=torch.float64, requires_grad=True)
threshold = torch.tensor([0.2, 0.5, 0.8], dtype=torch.float64, requires_grad=True)
print("the gradients are right" if torch.autograd.gradcheck(Shrink.apply, (x, threshold)) else "wrong")
print(torch.autograd.grad(Shrink.apply(x, threshold).square().sum(), threshold)[0])
