import Foundation
import Tensor

/// A file written by `torch.save` (`.pth`, `.pt`), in the zip format of PyTorch 1.6 and later or the older one, read
/// without Python.
///
/// Tensors, dictionaries, lists, tuples, numbers, texts and NumPy's scalars are understood; objects of any class are
/// passed over, but for the tensors in their state. Nothing is ever executed or imported, so that a file from anywhere
/// can be opened. The file is mapped, and a tensor copied out of it when it is asked for.
///
/// ```swift
/// let file = try PyTorchFile(contentsOf: URL(filePath: "resnet18.pth"))
/// try network.load(file.stateDict(), named: "resnet18.pth")      // or network.load(from:) at once
/// ```
public struct PyTorchFile: Sendable {
  /// A tensor of the file.
  public struct Entry: Sendable, Hashable {
    /// The keys and indices that lead to it in what was saved: `["state_dict", "conv1.weight"]`.
    public let keys: [String]
    let reference: TensorReference

    /// The keys, joined by dots.
    public var path: String { keys.joined(separator: ".") }
    /// PyTorch's name of the element type: `float32`, `int64`, …
    public var type: String { reference.storage.elementName }
    /// The sizes of its axes, in PyTorch's order.
    public var sizes: [Int] { reference.sizes }
  }

  /// The file's tensors, in the order of the file.
  public let tensors: [Entry]
  /// The numbers and texts beside them, by their paths.
  public let values: [String: String]

  private let file: String
  private let contents: TorchContainer

  /// Opens a file and reads what it holds, but no elements. Throws a `CheckpointError`.
  public init(contentsOf url: URL) throws {
    file = url.path
    do {
      contents = try TorchContainer(contentsOf: url)
    } catch let reason as MalformedFile {
      throw CheckpointError.malformed(file: file, format: "PyTorch", reason: reason.reason)
    }
    let listing = TorchListing(contents.pickle)
    (tensors, values) = (listing.tensors, listing.values)
  }

  /// The elements of one of the file's tensors: `float16` as `float32`, integers of other widths as `int32`. Throws a
  /// `CheckpointError` where its type has no counterpart here, or the file ends before it does.
  public func tensor(_ entry: Entry) throws(CheckpointError) -> Tensor {
    do throws(TensorReference.Unfit) {
      return try contents.tensor(entry.reference)
    } catch {
      switch error {
      case .unsupported: throw .unsupported(file: file, tensor: entry.path, dtype: entry.type)
      case .reason(let reason): throw .unfit(file: file, tensor: entry.path, reason: reason)
      }
    }
  }

  /// The names under which training scripts keep a network's state beside other things.
  private static let usualNames = [
    "state_dict", "model_state_dict", "model", "net", "network", "weights", "params",
  ]

  /// The state dict that was saved, or that stands under one of the usual names (`state_dict`, `model`, `net`, …) in
  /// what was saved; without the prefix `module.` that training on several devices leaves. What cannot be taken over fails
  /// where it is asked for. Throws a `CheckpointError` where there are no tensors by name.
  public func stateDict() throws(CheckpointError) -> SafeTensors {
    var (chosen, depth) = (tensors, 0)
    while let name = Self.usualNames.first(where: { name in
      chosen.contains { $0.keys.count > depth + 1 && $0.keys[depth] == name }
    }) {
      chosen = chosen.filter { $0.keys.count > depth + 1 && $0.keys[depth] == name }
      depth += 1
    }
    var names = chosen.map { $0.keys[depth...].joined(separator: ".") }
    if names.allSatisfy({ $0.hasPrefix("module.") }) {
      names = names.map { String($0.dropFirst("module.".count)) }
    }
    guard !names.isEmpty, names != [""] else {
      throw CheckpointError.malformed(file: file, format: "PyTorch", reason: "it holds no tensors by name")
    }
    var result = SafeTensors()
    // Tensors that share a storage are copied out of it one by one: what a few bytes can multiply is bounded.
    var left = 4 * contents.byteCount + (1 << 26)
    for (name, entry) in zip(names, chosen) {
      do throws(CheckpointError) {
        let tensor = try tensor(entry)
        left -= tensor.shape.elementCount
        result[name] = tensor
      } catch {
        result.entries[ExactName(name)] = .unreadable(error)
      }
      guard left >= 0 else {
        throw CheckpointError.malformed(
          file: file, format: "PyTorch", reason: "its tensors have many times the elements that it holds")
      }
      if entry.type == "int64" { result.wideIntegers.insert(name) }
    }
    return result
  }
}
