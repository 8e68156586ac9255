import Foundation
import Tensor

/// Named tensors and texts in one file, in the safetensors format: the length of the header (8 bytes, little
/// endian), the header (JSON: each tensor's type, shape and place), the tensors' elements.
public struct SafeTensors: Sendable {
  var entries: [ExactName: Entry] = [:]
  /// Texts by name.
  public var metadata: [String: String]
  /// The names of those `int32` tensors that the file holds as I64, PyTorch's integers.
  public var wideIntegers: Set<String>

  enum Entry {
    case tensor(Tensor)
    /// What a file holds, but no tensor here can.
    case unreadable(CheckpointError)
  }

  /// What a file is to hold.
  public init(
    tensors: [String: Tensor] = [:], metadata: [String: String] = [:], wideIntegers: Set<String> = []
  ) {
    (self.metadata, self.wideIntegers) = (metadata, wideIntegers)
    for (name, tensor) in tensors { self[name] = tensor }
  }

  /// Reads and checks a whole file. F32, F64, BF16, I32, U8 and BOOL are taken as they are, F16 as `float32`, other integers
  /// as `int32`. What cannot be taken over, such as F8, or an integer that `int32` does not hold, fails where it is asked for.
  /// Throws a `CheckpointError`, whatever the bytes.
  public init(contentsOf url: URL) throws { self.init(try SafeTensorsListing(contentsOf: url)) }

  /// Reads what a listing has.
  init(_ listing: SafeTensorsListing) {
    self.init(metadata: listing.metadata)
    for place in listing.places {
      entries[place.name] = listing.read(place)
      if place.entry.type == .int64 { wideIntegers.insert(place.name.text) }
    }
  }

  /// The names of all tensors, ascending.
  public var names: [String] { entries.keys.sorted().map(\.text) }

  /// The tensors by name, those that can be read; of names that differ in nothing but their Unicode form, one.
  public var tensors: [String: Tensor] {
    Dictionary(
      names.compactMap { name in self[name].map { (name, $0) } }, uniquingKeysWith: { first, _ in first })
  }

  /// The tensor of a name; nil where there is none, or none that can be read. Setting it to nil takes it out.
  public subscript(name: String) -> Tensor? {
    get { if case .tensor(let tensor) = entries[ExactName(name)] { tensor } else { nil } }
    set { entries[ExactName(name)] = newValue.map { .tensor($0) } }
  }

  /// The tensor of a name; nil where there is none. Throws a `CheckpointError` where it cannot be read.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
    switch entries[ExactName(name)] {
    case .tensor(let tensor): tensor
    case .unreadable(let error): throw error
    case nil: nil
    }
  }

  /// Writes a file: to a temporary name first, which is then renamed, so that no reader meets half of it. The same
  /// content gives the same bytes. Throws a `CheckpointError`, also where a tensor that was read can't be.
  public func write(to url: URL) throws {
    let elements = try names.map { name in
      let tensor = try tensor(name)!
      let isWide = tensor.dtype == .int32 && wideIntegers.contains(name)
      return (name: name, type: isWide ? .int64 : SafeTensorsType(tensor.dtype), tensor)
    }
    let header = SafeTensorsHeader.encoded(elements.map { ($0, $1, $2.shape) }, metadata: metadata)
    do {
      try WholeFile.write(to: url, isDurable: true) { append in
        try header.withUnsafeBytes(append)
        for (_, type, tensor) in elements {
          if type == .int64 {
            try tensor.array(of: Int32.self).map { Int64($0).littleEndian }.withUnsafeBytes(append)
          } else {
            try tensor.withUnsafeBytes(append)
          }
        }
      }
    } catch {
      let reason = (error as? WholeFile.Failure)?.reason ?? "\(error)"
      throw CheckpointError.unwritable(file: url.path, reason: reason)
    }
  }
}

/// A name as its bytes: Swift's strings are equal where they look the same, in whichever Unicode form.
struct ExactName: Hashable, Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactName, b: ExactName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
  static func < (a: ExactName, b: ExactName) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
  func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}
