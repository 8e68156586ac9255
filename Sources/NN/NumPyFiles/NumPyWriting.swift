import Foundation
import Tensor

extension NumPyFile {
  /// Writes a tensor as a `.npy` file: `bfloat16`, which NumPy hasn't, as `float32`; under a temporary name that is then
  /// renamed. Throws a `CheckpointError`.
  public static func write(_ tensor: Tensor, to url: URL) throws {
    try write(to: url) { append in
      let tensor = storable(tensor)
      try NumPyHeader.encoded(tensor.shape, tensor.dtype).withUnsafeBytes(append)
      try tensor.withUnsafeBytes(append)
    }
  }

  /// Writes tensors by name as an uncompressed `.npz` archive, ordered by name; otherwise as `write(_:to:)` of one tensor.
  public static func write(_ tensors: [String: Tensor], to url: URL) throws {
    try write(to: url) { append in
      var archive = ZipWriter()
      for (name, tensor) in tensors.sorted(by: { ExactName($0.key) < ExactName($1.key) }) {
        let tensor = storable(tensor)
        let header = NumPyHeader.encoded(tensor.shape, tensor.dtype)
        try tensor.withUnsafeBytes { elements in
          try archive.header("\(name).npy", before: header, elements).withUnsafeBytes(append)
          try header.withUnsafeBytes(append)
          try append(elements)
        }
      }
      try archive.end().withUnsafeBytes(append)
    }
  }

  private static func storable(_ tensor: Tensor) -> Tensor {
    tensor.dtype == .bfloat16 ? tensor.detached().to(.float32) : tensor
  }

  private static func write(
    to url: URL, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    do {
      try WholeFile.write(to: url, body)
    } catch {
      let reason = (error as? WholeFile.Failure)?.reason ?? "\(error)"
      throw CheckpointError.unwritable(file: url.path, reason: reason)
    }
  }
}
