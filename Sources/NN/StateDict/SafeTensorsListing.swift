import Foundation
import Tensor

/// The tensors of a safetensors file, or of the several files that an index names (`model.safetensors.index.json`: a
/// `weight_map` from each tensor to its file, as Hugging Face splits large models), mapped and not yet read.
struct SafeTensorsListing {
  /// Where a tensor lies.
  struct Place {
    let name: ExactName
    let entry: SafeTensorsHeader.Entry
    fileprivate let file: Int
  }

  /// In the order of the header, or of the index.
  private(set) var places: [Place] = []
  private(set) var metadata: [String: String]
  private var files: [(path: String, data: Data)]

  /// Lists one file. Throws a `CheckpointError`.
  init(contentsOf url: URL) throws {
    let data = try Data(mapping: url)
    let header = try SafeTensorsHeader(data, file: url.path)
    (metadata, files) = (header.metadata, [(url.path, data)])
    places = header.names.map { Place(name: $0, entry: header.entries[$0]!, file: 0) }
  }

  /// Lists the files that an index names, which stand beside it. Throws a `CheckpointError`, also where one is missing.
  init(index url: URL) throws {
    let index = try SafeTensorsIndex(contentsOf: url)
    let folder = url.deletingLastPathComponent()
    let missing = index.files.filter {
      !FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }
    guard missing.isEmpty else {
      throw CheckpointError.unreadable(
        file: url.path,
        reason:
          "\(missing.count) of its \(index.files.count) files missing: \(missing.joined(separator: ", "))")
    }
    (metadata, files) = (index.metadata, [])
    var found: [ExactName: Place] = [:]
    var others: [Place] = []
    for (number, file) in index.files.enumerated() {
      let shard = try SafeTensorsListing(contentsOf: folder.appending(path: file))
      files += shard.files
      for place in shard.places {
        let here = Place(name: place.name, entry: place.entry, file: number)
        if index.fileNumbers[place.name] == number { found[place.name] = here }
        if index.fileNumbers[place.name] == nil { others.append(here) }
      }
    }
    places = try index.names.map { name in
      guard let place = found[name] else {
        let file = index.files[index.fileNumbers[name]!]
        throw CheckpointError.malformed(
          file: url.path, format: "safetensors index", reason: "\(file) has no tensor '\(name.text)'")
      }
      return place
    }
    places += others
  }

  /// A tensor, or why it can't be read.
  func read(_ place: Place) -> SafeTensors.Entry {
    let (path, data) = files[place.file]
    do throws(SafeTensorsType.Unfit) {
      let tensor = data.withUnsafeBytes { bytes in
        Result { () throws(SafeTensorsType.Unfit) in
          try place.entry.type.tensor(
            UnsafeRawBufferPointer(rebasing: bytes[place.entry.bytes]), place.entry.sizes)
        }
      }
      return .tensor(try tensor.get())
    } catch {
      let name = place.name.text
      switch error {
      case .unsupported:
        return .unreadable(.unsupported(file: path, tensor: name, dtype: place.entry.type.rawValue))
      case .reason(let reason): return .unreadable(.unfit(file: path, tensor: name, reason: reason))
      }
    }
  }
}

/// What an index says.
private struct SafeTensorsIndex {
  /// The names of the tensors, as they are listed.
  private(set) var names: [ExactName] = []
  /// The files, as they are first named, and the number of that of each tensor.
  private(set) var files: [String] = []
  private(set) var fileNumbers: [ExactName: Int] = [:]
  /// The numbers and texts that stand beside.
  private(set) var metadata: [String: String] = [:]

  init(contentsOf url: URL) throws {
    func malformed(_ reason: String) -> CheckpointError {
      .malformed(file: url.path, format: "safetensors index", reason: reason)
    }
    let bytes = try Data(mapping: url)
    let text: HeaderText
    do throws(HeaderText.Fault) {
      text = try HeaderText(bytes)
    } catch {
      switch error {
      case .notJSON: throw malformed("it is not JSON")
      case .duplicate(let name): throw malformed("the name '\(name)' stands twice in one object")
      }
    }
    guard case .object(let map) = text["weight_map"] else {
      throw malformed("it has no weight_map from tensors to files")
    }
    var numbers: [String: Int] = [:]
    for (name, value) in map {
      guard let file = value.text else { throw malformed("the file of tensor '\(name)' is no text") }
      guard !file.isEmpty, !file.hasPrefix("."), !file.contains("/"), !file.contains("\0") else {
        throw malformed("'\(file)' is no file beside it")
      }
      let number = numbers[file] ?? files.count
      if number == files.count { files.append(file) }
      (numbers[file], fileNumbers[ExactName(name)]) = (number, number)
      names.append(ExactName(name))
    }
    if case .object(let items) = text["metadata"] {
      for (name, value) in items {
        switch value {
        case .string(let text): metadata[name] = text
        case .integer(let number): metadata[name] = "\(number)"
        default: break
        }
      }
    }
  }
}
