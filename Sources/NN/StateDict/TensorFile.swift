import Foundation
import Tensor

/// A file of named tensors of any kind that is read here: safetensors, whole or split with an index, PyTorch's `.pth` and
/// `.pt` in both formats, NumPy's `.npy` and `.npz`. The first bytes tell which; an index, by its name's `.json`.
///
/// ```swift
/// let file = try TensorFile(contentsOf: url)
/// for entry in file.entries { print(entry.name, entry.type, entry.sizes) }
/// ```
public struct TensorFile: Sendable {
  /// A tensor of the file.
  public struct Entry: Sendable {
    /// The name; in a file of PyTorch's the keys that lead to the tensor, joined by dots.
    public let name: String
    /// The name of the element type, `float32`, or the file's own where it has no counterpart here.
    public let type: String
    /// The sizes of the axes, in the file's order.
    public let sizes: [Int]
    /// The size of the elements in bytes; nil where the type is unknown, or the sizes impossible.
    public let byteCount: Int?
    fileprivate let index: Int

    /// The number of elements; nil where it is beyond what can be counted.
    public var elementCount: Int? { sizes.elementCount }
  }

  /// What kind of file it is, in words.
  public let format: String
  /// The tensors, in the order of the file.
  public let entries: [Entry]
  /// The texts and numbers beside the tensors, by name.
  public let texts: [String: String]

  private let contents: Contents

  private enum Contents: Sendable {
    case safetensors(SafeTensorsListing)
    case pyTorch(PyTorchFile)
    case numPy(NumPyFile)
  }

  /// Opens a file, or the one index or safetensors file of a folder, and lists it. Throws a `CheckpointError`.
  public init(contentsOf url: URL) throws {
    let url = try Self.file(at: url)
    let start = try Data(mapping: url).prefix(64)
    if url.pathExtension == "json" {
      self.init(try SafeTensorsListing(index: url), format: "safetensors, split with an index")
    } else if start.starts(with: NumPyHeader.magic) {
      self.init(try NumPyFile(contentsOf: url), format: "NumPy array")
    } else if TorchContainer.isOlder(start) {
      self.init(try PyTorchFile(contentsOf: url), format: "PyTorch, before version 1.6")
    } else if ZipArchive.isOne(start) {
      if try TorchContainer.isOne(archive: url) {
        self.init(try PyTorchFile(contentsOf: url), format: "PyTorch")
      } else {
        self.init(try NumPyFile(contentsOf: url), format: "NumPy archive")
      }
    } else if url.pathExtension == "safetensors" || start.dropFirst(8).first == UInt8(ascii: "{") {
      self.init(try SafeTensorsListing(contentsOf: url), format: "safetensors")
    } else {
      throw CheckpointError.malformed(
        file: url.path, format: "safetensors, PyTorch or NumPy", reason: "it starts as none of them")
    }
  }

  /// The tensors by name: of a file of PyTorch's see ``PyTorchFile/stateDict()``. Throws a `CheckpointError`.
  public func stateDict() throws -> SafeTensors {
    switch contents {
    case .safetensors(let listing): return SafeTensors(listing)
    case .pyTorch(let file): return try file.stateDict()
    case .numPy(let file):
      var result = SafeTensors()
      for array in file.arrays {
        do {
          result[array.name] = try file.tensor(array)
        } catch let error as CheckpointError {
          result.entries[ExactName(array.name)] = .unreadable(error)
        }
        if array.type == "int64" { result.wideIntegers.insert(array.name) }
      }
      return result
    }
  }

  /// One of the file's tensors. Throws a `CheckpointError` where it has no counterpart here, or is damaged.
  public func tensor(_ entry: Entry) throws -> Tensor {
    switch contents {
    case .safetensors(let listing): return try listing.read(listing.places[entry.index]).get()
    case .pyTorch(let file): return try file.tensor(file.tensors[entry.index])
    case .numPy(let file): return try file.tensor(file.arrays[entry.index])
    }
  }

  // MARK: Kinds

  private init(_ listing: SafeTensorsListing, format: String) {
    (self.format, contents, texts) = (format, .safetensors(listing), listing.metadata)
    entries = listing.places.enumerated().map { index, place in
      let entry = place.entry
      return Entry(
        name: place.name.text, type: "\(entry.type)", sizes: entry.sizes, byteCount: entry.bytes.count,
        index: index)
    }
  }

  private init(_ file: PyTorchFile, format: String) {
    (self.format, contents, texts) = (format, .pyTorch(file), file.values)
    entries = file.tensors.enumerated().map { index, tensor in
      Entry(tensor.path, tensor.type, tensor.sizes, bits: tensor.reference.storage.type?.bits, index)
    }
  }

  private init(_ file: NumPyFile, format: String) {
    (self.format, contents, texts) = (format, .numPy(file), [:])
    entries = file.arrays.enumerated().map { index, array in
      Entry(array.name, array.type, array.sizes, bits: array.bits, index)
    }
  }

  // MARK: Files

  private static func file(at url: URL) throws(CheckpointError) -> URL {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
      return url
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for ending in [".safetensors.index.json", ".safetensors"] {
      let found = names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
      if found.count == 1 { return url.appending(path: found[0]) }
      if found.count > 1 {
        throw .unreadable(file: url.path, reason: "the folder has \(found.count) *\(ending)")
      }
    }
    throw .unreadable(
      file: url.path, reason: "the folder has no *.safetensors.index.json and no *.safetensors")
  }
}

extension TensorFile.Entry {
  fileprivate init(_ name: String, _ type: String, _ sizes: [Int], bits: Int?, _ index: Int) {
    let size = bits.flatMap { bits in sizes.elementCount?.multipliedReportingOverflow(by: bits / 8) }
    let byteCount = size.flatMap { $0.overflow ? nil : $0.partialValue }
    self.init(name: name, type: type, sizes: sizes, byteCount: byteCount, index: index)
  }
}

extension SafeTensors.Entry {
  fileprivate func get() throws(CheckpointError) -> Tensor {
    switch self {
    case .tensor(let tensor): return tensor
    case .unreadable(let error): throw error
    }
  }
}
