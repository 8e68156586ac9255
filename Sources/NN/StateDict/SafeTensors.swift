import Foundation
import Tensor

/// Named tensors and texts in one file, in the safetensors format: the length of the header (8 bytes, little
/// endian), the header (JSON: each tensor's type, shape and place), the tensors' elements.
public struct SafeTensors: Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Texts by name.
  public var metadata: [String: String]
  /// The names of those `int32` tensors that the file holds as I64, PyTorch's integers.
  public var wideIntegers: Set<String>

  /// What a file is to hold.
  public init(
    tensors: [String: Tensor] = [:], metadata: [String: String] = [:], wideIntegers: Set<String> = []
  ) {
    (self.tensors, self.metadata, self.wideIntegers) = (tensors, metadata, wideIntegers)
  }

  /// Reads and checks a whole file. F32, F64, BF16, I32, U8 and BOOL are taken as they are, I64 as `int32`, F16 as
  /// `float32`. Throws a `CheckpointError`, whatever the bytes.
  public init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw CheckpointError.unreadable(file: url.path, reason: error.localizedDescription)
    }
    let header = try SafeTensorsHeader(data, file: url.path)
    self.init(metadata: header.metadata)
    try data.withUnsafeBytes { bytes in
      for (name, entry) in header.entries {
        let elements = UnsafeRawBufferPointer(rebasing: bytes[entry.bytes])
        tensors[name] = try entry.type.tensor(elements, entry.shape) { reason in
          CheckpointError.unfit(file: url.path, tensor: name, reason: reason)
        }
        if entry.type == .int64 { wideIntegers.insert(name) }
      }
    }
  }

  /// Writes a file: to a temporary name first, which is then renamed, so that no reader meets half of it. The same
  /// content gives the same bytes. Throws a `CheckpointError`.
  public func write(to url: URL) throws {
    let elements = tensors.sorted { $0.key < $1.key }.map { name, tensor in
      (name: name, type: wideIntegers.contains(name) ? .int64 : SafeTensorsType(tensor.dtype), tensor)
    }
    var file = SafeTensorsHeader.encoded(elements.map { ($0, $1, $2.shape) }, metadata: metadata)
    for (_, type, tensor) in elements {
      if type == .int64 {
        tensor.array(of: Int32.self).map { Int64($0).littleEndian }.withUnsafeBytes {
          file.append(contentsOf: $0)
        }
      } else {
        tensor.withUnsafeBytes { file.append(contentsOf: $0) }
      }
    }
    do {
      try file.write(to: url, options: .atomic)
    } catch {
      throw CheckpointError.unwritable(file: url.path, reason: error.localizedDescription)
    }
  }
}
