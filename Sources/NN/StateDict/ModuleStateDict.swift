import Foundation
import Tensor

/// What loading a state dict found beside what fits; strictly nothing.
public struct LoadedState: Sendable, Equatable {
  /// The paths of the module's parameters and buffers that were not there, and keep their values.
  public let missing: [String]
  /// The names of the tensors that are none of the module's, and were passed over.
  public let unexpected: [String]
  /// Those of the module's paths whose tensors have another shape, with both shapes; they keep their values.
  public let misshapen: [String]
  /// The texts that came with the tensors.
  public let metadata: [String: String]
}

extension Module {
  /// The parameters and buffers by path, as they are saved: under PyTorch's names and in its layouts, filters
  /// `[out, in, kernel…]`, integers 64 bits wide.
  public var stateDict: SafeTensors {
    var result = SafeTensors()
    for (path, parameter) in namedParameters {
      let value = parameter.value.detached()
      result[path] = parameter.layout.stored(value)
      if value.dtype == .int32 { result.wideIntegers.insert(path) }
    }
    return result
  }

  /// Saves the parameters and buffers to a safetensors file that PyTorch's `load_state_dict` takes as it is. Throws a
  /// `CheckpointError`.
  public func save(to url: URL, metadata: [String: String] = [:]) throws {
    var file = stateDict
    file.metadata = metadata
    try file.write(to: url)
  }

  /// Loads the parameters and buffers from a file under PyTorch's names and in its layouts: safetensors, also split with an
  /// index, which may be given by its folder; `torch.save`'s, see ``PyTorchFile/stateDict()``; NumPy's `.npz`.
  ///
  /// Strictly, the names must be the module's, one of several for a parameter that has several, and the shapes too;
  /// otherwise what doesn't fit is passed over and returned, unless nothing fits at all. Throws a `CheckpointError`, and
  /// then has changed nothing. `renaming` gives the file's names as the module has them, nil for what is to be left out:
  ///
  /// ```swift
  /// try network.load(from: url) { $0.replacing(/^backbone\.layer(\d)\./) { "stages.\($0.1)." } }
  /// ```
  @discardableResult
  public func load(
    from url: URL, strict: Bool = true, renaming: ((String) -> String?)? = nil
  ) throws -> LoadedState {
    var stateDict = try TensorFile(contentsOf: url).stateDict()
    if let renaming { stateDict = try stateDict.renamed(named: url.path, renaming) }
    return try load(stateDict, named: url.path, strict: strict)
  }

  /// As `load(from:strict:renaming:)`, from tensors in memory; `name` is what an error calls them.
  @discardableResult
  public func load(
    _ stateDict: SafeTensors, named name: String = "state dict", strict: Bool = true
  ) throws -> LoadedState {
    let own = namedParameters
    var values: [(Parameter, Tensor)] = []
    var missing: [String] = []
    var misshapen: [String] = []
    var found: Set<ObjectIdentifier> = []
    for (path, parameter) in own {
      guard let stored = try stateDict.tensor(path) else {
        missing.append(path)
        continue
      }
      found.insert(ObjectIdentifier(parameter))
      let value = parameter.value.detached()
      let expected = parameter.layout.stored(shape: value.shape)
      if stored.shape == expected {
        values.append((parameter, parameter.layout.restored(stored).to(value.dtype)))
      } else {
        misshapen.append("\(path) \(stored.shape) instead of \(expected)")
      }
    }
    // A parameter of several paths needs one of them only: so tied weights are saved.
    let shared = Set(own.filter { found.contains(ObjectIdentifier($0.parameter)) }.map { ExactName($0.path) })
    missing.removeAll { shared.contains(ExactName($0)) }
    let paths = Set(own.map { ExactName($0.path) })
    let unexpected = stateDict.names.filter { !paths.contains(ExactName($0)) }
    let fits = missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty
    guard fits || !strict && (!values.isEmpty || own.isEmpty) else {
      throw CheckpointError.mismatch(
        file: name, missing: missing, unexpected: unexpected, misshapen: misshapen)
    }
    for (parameter, value) in values { parameter.value = value }
    return LoadedState(
      missing: missing, unexpected: unexpected, misshapen: misshapen, metadata: stateDict.metadata)
  }
}

extension Parameter.Layout {
  /// From the order of the axes here to that in a checkpoint.
  fileprivate func stored(_ value: Tensor) -> Tensor {
    self == .plain ? value : value.permuted([value.rank - 1, value.rank - 2] + Array(0..<value.rank - 2))
  }

  /// From the order of the axes in a checkpoint to that here.
  fileprivate func restored(_ value: Tensor) -> Tensor {
    self == .plain ? value : value.permuted(Array(2..<value.rank) + [1, 0])
  }

  fileprivate func stored(shape: Shape) -> Shape {
    self == .plain ? shape : Shape([shape[-1], shape[-2]] + shape.dropLast(2))
  }
}
