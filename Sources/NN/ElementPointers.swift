import Tensor

// What kernels are called with.

extension UnsafeMutableRawBufferPointer {
  func start<Element>() -> UnsafeMutablePointer<Element>? {
    baseAddress?.assumingMemoryBound(to: Element.self)
  }
}

extension UnsafeRawBufferPointer {
  func start<Element>() -> UnsafePointer<Element>? { baseAddress?.assumingMemoryBound(to: Element.self) }
}

/// Changes the elements of a tensor in place where there is one.
func withUnsafeMutableBytes(of tensor: inout Tensor?, _ body: (UnsafeMutableRawBufferPointer?) -> Void) {
  if tensor == nil { body(nil) } else { tensor!.withUnsafeMutableBytes { body($0) } }
}
