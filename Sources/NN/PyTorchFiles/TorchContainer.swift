import Foundation
import Tensor

/// The pickle of a file of PyTorch's, and where the storages that it names lie.
struct TorchContainer: Sendable {
  let pickle: Pickle
  private let data: Data
  /// The bytes of each storage, by key.
  private let storages: [String: Range<Int>]

  private static let zip: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  /// The start of the older format: a pickle of a number that stands for nothing else.
  private static let older: [UInt8] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// The size of the file.
  var byteCount: Int { data.count }

  /// Whether a file's first bytes are those of the older format.
  static func isOlder(_ start: Data) -> Bool { start.starts(with: older) }

  /// Whether a zip archive has a pickle, other than NumPy's.
  static func isOne(archive url: URL) throws -> Bool {
    do {
      return try Data(mapping: url).withUnsafeBytes { bytes in
        try ZipArchive(bytes).entries.contains { isPickle($0.name) }
      }
    } catch let error as MalformedFile {
      throw CheckpointError.malformed(file: url.path, format: "PyTorch or NumPy", reason: error.reason)
    }
  }

  private static func isPickle(_ name: String) -> Bool { name == "data.pkl" || name.hasSuffix("/data.pkl") }

  init(contentsOf url: URL) throws {
    let data = try Data(mapping: url)
    self.data = data
    guard data.starts(with: Self.zip) || Self.isOlder(data) else {
      throw MalformedFile(reason: "it starts neither as a zip archive nor as a pickle")
    }
    (pickle, storages) = try data.withUnsafeBytes { bytes in
      data.starts(with: Self.zip) ? try Self.archive(bytes) : try Self.sequence(bytes)
    }
  }

  /// The zip format: `NAME/data.pkl`, and a storage in each `NAME/data/KEY`. TorchScript's has compressed code beside
  /// them, which is passed over.
  private static func archive(_ bytes: UnsafeRawBufferPointer) throws -> (Pickle, [String: Range<Int>]) {
    let archived = try ZipArchive(bytes).entries
    guard let name = archived.map(\.name).filter(isPickle).min(by: { $0.count < $1.count }) else {
      throw MalformedFile(reason: "a zip archive without data.pkl")
    }
    let root = name.dropLast("data.pkl".count), folder = root + "data/"
    var entries: [String: Range<Int>] = [:]
    for entry in archived
    where entry.name == name || entry.name.hasPrefix(folder) || entry.name == root + "byteorder" {
      guard !entry.isCompressed else {
        throw MalformedFile(reason: "the entry '\(entry.name)' is compressed")
      }
      entries[entry.name] = entry.bytes
    }
    if let order = entries[root + "byteorder"], bytes[order].elementsEqual("big".utf8) {
      throw MalformedFile(reason: "it was written on a big-endian machine")
    }
    var start = 0
    let pickle = try Pickle(UnsafeRawBufferPointer(rebasing: bytes[entries[name]!]), from: &start)
    let storages = entries.filter { $0.key.hasPrefix(folder) }.map {
      (String($0.key.dropFirst(folder.count)), $0.value)
    }
    return (pickle, Dictionary(storages, uniquingKeysWith: { first, _ in first }))
  }

  /// The older format: pickles of a magic number, the version, facts on the machine, the object and the list of
  /// storages; then each storage behind the number of its elements.
  private static func sequence(_ bytes: UnsafeRawBufferPointer) throws -> (Pickle, [String: Range<Int>]) {
    var position = 0
    for _ in 0..<3 { _ = try Pickle(bytes, from: &position) }
    let pickle = try Pickle(bytes, from: &position)
    let keys = try Pickle(bytes, from: &position)
    guard let names = keys.elements(keys.root) else {
      throw MalformedFile(reason: "its storages are not listed")
    }
    var sizes: [String: Int] = [:]
    for index in pickle.nodes.indices {
      guard let storage = StorageReference(pickle, .node(index)), let type = storage.type else { continue }
      sizes[storage.key] = type.bits / 8
    }
    var storages: [String: Range<Int>] = [:]
    for name in names {
      guard case .text(let key) = name, let size = sizes[key] else {
        throw MalformedFile(reason: "a storage of an unknown type: what follows it can't be found")
      }
      guard position <= bytes.count - 8 else {
        throw MalformedFile(reason: "it ends before its storages do")
      }
      let count = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
      position += 8
      guard count >= 0, count <= (bytes.count - position) / size else {
        throw MalformedFile(reason: "it ends before its storages do")
      }
      storages[key] = position..<position + Int(count) * size
      position += Int(count) * size
    }
    return (pickle, storages)
  }

  /// The elements of a tensor.
  func tensor(_ reference: TensorReference) throws(TensorReference.Unfit) -> Tensor {
    let storage = reference.storage
    let size = (storage.type?.bits ?? 8) / 8
    guard let range = storages[storage.key], storage.viewOffset <= range.count / size else {
      throw .reason("the file holds no storage '\(storage.key)' of its size")
    }
    let elements = data.withUnsafeBytes { bytes in
      let part = bytes[(range.lowerBound + storage.viewOffset * size)..<range.upperBound]
      return Result { () throws(TensorReference.Unfit) in
        try reference.tensor(UnsafeRawBufferPointer(rebasing: part))
      }
    }
    return try elements.get()
  }
}
