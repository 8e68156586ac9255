// An operator of one's own, with the gradients of both operands, and their check against central differences.
//     swift run OwnOperator
// 16 lines of code; 22 in PyTorch: pytorch.py.
import Tensor

extension Tensor {
  /// Soft shrinkage: x − t above a threshold t, x + t below −t, 0 between; `[…, C]` by thresholds `[C]`.
  func shrunk(by threshold: Tensor) -> Tensor {
    let passes = abs() .> threshold, zero = Tensor(0, dtype: dtype)
    let value = Tensor.where(passes, detached() - sign() * threshold.detached(), zero)
    return value.recorded(
      edge { dy in .where(passes, dy, zero) },
      threshold.edge { [sign = sign()] dy in .where(passes, -dy * sign, zero).sum(axis: Array(0..<rank - 1)) }
    )
  }
}

let x = Tensor(normal: [4, 5, 3], dtype: .float64, seed: 1)
let threshold = Tensor([0.2, 0.5, 0.8]).to(.float64)
let errors = gradientCheck(at: [x, threshold]) { $0[0].shrunk(by: $0[1]) }
print(errors.isEmpty ? "the gradients are right" : errors.joined(separator: "\n"))
print(gradient(at: threshold) { x.shrunk(by: $0).squared().sum() })
