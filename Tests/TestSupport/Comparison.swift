import Tensor

/// The largest absolute difference of two tensors; infinite where the shapes differ or a value is not a number.
public func distance(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.shape == b.shape else { return .infinity }
  if a.elementCount == 0 { return 0 }
  let difference = largest(a.to(.float64) - b.to(.float64))
  return difference.isNaN ? .infinity : difference
}

/// The largest difference, relative to the largest value where that is more than 1; infinite where the shapes differ.
public func relativeDistance(_ a: Tensor, _ b: Tensor) -> Double {
  b.elementCount == 0 ? distance(a, b) : distance(a, b) / max(1, largest(b))
}

/// The largest absolute value.
public func largest(_ tensor: Tensor) -> Double { tensor.abs().max().item }

/// The elements as they lie in memory.
public func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }
