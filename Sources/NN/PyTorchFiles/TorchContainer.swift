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

  /// Whether a file starts as one of the two formats does; false where it can't be read.
  static func isOne(_ url: URL) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url), let start = try? file.read(upToCount: older.count)
    else { return false }
    return isOne(start)
  }

  private static func isOne(_ data: Data) -> Bool { data.starts(with: zip) || data.starts(with: older) }

  init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw CheckpointError.unreadable(file: url.path, reason: error.localizedDescription)
    }
    self.data = data
    guard Self.isOne(data) else {
      throw Pickle.Malformed(reason: "it starts neither as a zip archive nor as a pickle")
    }
    (pickle, storages) = try data.withUnsafeBytes { bytes in
      data.starts(with: Self.zip) ? try Self.archive(bytes) : try Self.sequence(bytes)
    }
  }

  /// The zip format: `NAME/data.pkl`, and a storage in each `NAME/data/KEY`.
  private static func archive(_ bytes: UnsafeRawBufferPointer) throws -> (Pickle, [String: Range<Int>]) {
    let entries = try ZipArchive(bytes).entries
    guard
      let name = entries.keys.filter({ $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }).min(by: {
        $0.count < $1.count
      })
    else { throw Pickle.Malformed(reason: "a zip archive without data.pkl") }
    let folder = name.dropLast("data.pkl".count) + "data/"
    if entries["\(name.dropLast("data.pkl".count))byteorder"].map({ bytes[$0].elementsEqual("big".utf8) })
      ?? false
    {
      throw Pickle.Malformed(reason: "it was written on a big-endian machine")
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
      throw Pickle.Malformed(reason: "its storages are not listed")
    }
    var sizes: [String: Int] = [:]
    for index in pickle.nodes.indices {
      guard let storage = StorageReference(pickle, .node(index)), let type = storage.type else { continue }
      sizes[storage.key] = type.bits / 8
    }
    var storages: [String: Range<Int>] = [:]
    for name in names {
      guard case .text(let key) = name, let size = sizes[key] else {
        throw Pickle.Malformed(reason: "a storage of an unknown type: what follows it can't be found")
      }
      guard position <= bytes.count - 8 else {
        throw Pickle.Malformed(reason: "it ends before its storages do")
      }
      let count = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
      position += 8
      guard count >= 0, count <= (bytes.count - position) / size else {
        throw Pickle.Malformed(reason: "it ends before its storages do")
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
