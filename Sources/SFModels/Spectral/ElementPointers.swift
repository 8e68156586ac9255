import Tensor

extension UnsafeMutableRawBufferPointer {
  /// The first element.
  func start<Element>() -> UnsafeMutablePointer<Element>? {
    baseAddress?.assumingMemoryBound(to: Element.self)
  }
}

extension UnsafeRawBufferPointer {
  /// The first element.
  func start<Element>() -> UnsafePointer<Element>? {
    baseAddress?.assumingMemoryBound(to: Element.self)
  }
}

/// Runs a kernel on the elements of some tensors; it writes results of the given shapes and types.
func withElements(
  of inputs: [Tensor], results: [(shape: Shape, dtype: DType)],
  _ kernel: ([UnsafeRawBufferPointer], [UnsafeMutableRawBufferPointer]) -> Void
) -> [Tensor] {
  func enter(_ pointers: [UnsafeRawBufferPointer], _ outputs: [UnsafeMutableRawBufferPointer]) -> [Tensor] {
    if pointers.count < inputs.count {
      return inputs[pointers.count].withUnsafeBytes { enter(pointers + [$0], outputs) }
    }
    guard outputs.count < results.count else {
      kernel(pointers, outputs)
      return []
    }
    let (shape, dtype) = results[outputs.count]
    var later: [Tensor] = []
    let result = Tensor(unsafeUninitialized: shape, dtype: dtype) {
      later = enter(pointers, outputs + [$0])
    }
    return [result] + later
  }
  return enter([], [])
}
