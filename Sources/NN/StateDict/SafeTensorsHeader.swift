import Foundation
import Tensor

/// The header of a safetensors file, checked against the file: each tensor lies within it, tensors do not
/// overlap, and together they fill it.
struct SafeTensorsHeader {
  struct Entry {
    let type: SafeTensorsType
    /// The sizes of the axes, of which there may be more than a tensor has.
    let sizes: [Int]
    /// Where the elements lie in the file.
    let bytes: Range<Int>
  }

  private(set) var entries: [ExactName: Entry] = [:]
  /// The entries' names in the order of the header.
  private(set) var names: [ExactName] = []
  private(set) var metadata: [String: String] = [:]

  /// The format's own bound.
  private static let longest = 100_000_000
  private static let metadataName = "__metadata__"

  init(_ file: Data, file path: String) throws {
    func malformed(_ reason: String) -> CheckpointError { .malformed(file: path, reason: reason) }
    guard file.count >= 8 else {
      throw CheckpointError.truncated(file: path, reason: "\(file.count) bytes hold no header length")
    }
    let length = file.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= Self.longest else {
      throw malformed("a header of \(length) bytes exceeds the limit of \(Self.longest)")
    }
    guard length <= file.count - 8 else {
      throw CheckpointError.truncated(
        file: path, reason: "a header of \(length) bytes in a file of \(file.count)")
    }
    let start = 8 + Int(length)
    let header: HeaderText
    do throws(HeaderText.Fault) {
      header = try HeaderText(file[8..<start])
    } catch {
      switch error {
      case .notJSON: throw malformed("the header is not JSON")
      case .duplicate(let name):
        throw malformed("the name '\(name)' stands twice in one object of the header")
      }
    }
    guard case .object(let items) = header else {
      throw malformed("the header is no object of tensors by name")
    }
    for (name, value) in items {
      if name == Self.metadataName {
        guard let texts = value.texts else {
          throw malformed("the entry '\(name)' is not one of texts by name")
        }
        metadata = texts
        continue
      }
      guard let dtype = value["dtype"]?.text, let sizes = value["shape"]?.list,
        let offsets = value["data_offsets"]?.list
      else {
        throw malformed("the entry '\(name)' lacks dtype, shape and data_offsets")
      }
      guard let sizes = sizes.integers, let offsets = offsets.integers else {
        throw malformed("the shape or the offsets of tensor '\(name)' are not whole numbers")
      }
      guard let type = SafeTensorsType(rawValue: dtype) else {
        throw CheckpointError.unsupported(file: path, tensor: name, dtype: dtype)
      }
      guard let byteCount = Self.extent(sizes, type) else {
        throw malformed("tensor '\(name)' has the impossible shape \(sizes)")
      }
      guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
        throw malformed("tensor '\(name)' has the offsets \(offsets)")
      }
      guard offsets[1] <= file.count - start else {
        throw CheckpointError.truncated(
          file: path,
          reason: "tensor '\(name)' ends at byte \(offsets[1]) of \(file.count - start) after the header")
      }
      guard offsets[1] - offsets[0] == byteCount else {
        throw malformed(
          "tensor '\(name)', \(dtype) \(sizes), takes \(byteCount) bytes, not \(offsets[1] - offsets[0])")
      }
      names.append(ExactName(name))
      entries[ExactName(name)] = Entry(
        type: type, sizes: sizes, bytes: start + offsets[0]..<start + offsets[1])
    }
    try checkThatTensorsFill(start..<file.count, malformed)
  }

  private func checkThatTensorsFill(_ bytes: Range<Int>, _ malformed: (String) -> CheckpointError) throws {
    var end = bytes.lowerBound
    let inOrder = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    for (name, entry) in inOrder {
      if entry.bytes.lowerBound < end { throw malformed("tensor '\(name.text)' overlaps another one") }
      if entry.bytes.lowerBound > end { throw malformed("there is a gap before tensor '\(name.text)'") }
      end = entry.bytes.upperBound
    }
    if end < bytes.upperBound {
      throw malformed("\(bytes.upperBound - end) bytes at the end belong to no tensor")
    }
  }

  /// The number of bytes of a tensor; nil where there can be no such one.
  private static func extent(_ sizes: [Int], _ type: SafeTensorsType) -> Int? {
    var bits = type.bits
    for size in sizes.contains(0) ? [0] : sizes {
      let (product, overflow) = bits.multipliedReportingOverflow(by: size)
      if overflow || size < 0 { return nil }
      bits = product
    }
    return sizes.allSatisfy { $0 >= 0 } && bits % 8 == 0 ? bits / 8 : nil
  }

  /// The beginning of a file: the header's length and the header, padded so that the elements start at a
  /// multiple of 8 bytes. Tensors follow one another in the given order.
  static func encoded(
    _ tensors: [(name: String, type: SafeTensorsType, shape: Shape)], metadata: [String: String]
  ) -> Data {
    func object(_ items: [(name: String, value: String)]) -> String {
      "{" + items.map { HeaderText.encoded($0.name) + ":" + $0.value }.joined(separator: ",") + "}"
    }
    let texts = metadata.sorted { ExactName($0.key) < ExactName($1.key) }
    var items: [(name: String, value: String)] = []
    if !texts.isEmpty {
      items.append((metadataName, object(texts.map { ($0.key, HeaderText.encoded($0.value)) })))
    }
    var offset = 0
    for (name, type, shape) in tensors {
      let end = offset + shape.elementCount * type.bits / 8
      let sizes = shape.map(String.init).joined(separator: ",")
      let entry = [
        ("data_offsets", "[\(offset),\(end)]"), ("dtype", HeaderText.encoded(type.rawValue)),
        ("shape", "[\(sizes)]"),
      ]
      items.append((name, object(entry)))
      offset = end
    }
    var text = Data(object(items).utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
  }
}

extension HeaderText {
  subscript(name: String) -> HeaderText? {
    if case .object(let items) = self { items.first { $0.name == name }?.value } else { nil }
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var list: [HeaderText]? { if case .array(let items) = self { items } else { nil } }

  /// Texts by name; none for null.
  fileprivate var texts: [String: String]? {
    if case .null = self { return [:] }
    guard case .object(let items) = self else { return nil }
    var result: [String: String] = [:]
    for (name, value) in items {
      guard let text = value.text else { return nil }
      result[name] = text
    }
    return result
  }
}

extension [HeaderText] {
  fileprivate var integers: [Int]? {
    let integers = compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == count ? integers : nil
  }
}
