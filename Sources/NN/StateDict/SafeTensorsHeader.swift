import Foundation
import Tensor

/// The header of a safetensors file, checked against the file: each tensor lies within it, tensors do not
/// overlap, and together they fill it.
struct SafeTensorsHeader {
  struct Entry {
    let type: SafeTensorsType
    let shape: Shape
    /// Where the elements lie in the file.
    let bytes: Range<Int>
  }

  private(set) var entries: [String: Entry] = [:]
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
    let items: [String: Item]
    do {
      items = try JSONDecoder().decode([String: Item].self, from: file[8..<start])
    } catch DecodingError.typeMismatch(_, let context), DecodingError.keyNotFound(_, let context),
      DecodingError.valueNotFound(_, let context)
    {
      let place = context.codingPath.first?.stringValue ?? "header"
      throw malformed("the entry '\(place)' lacks dtype, shape and data_offsets, or texts")
    } catch {
      throw malformed("the header is not JSON with whole numbers")
    }
    for (name, item) in items.sorted(by: { $0.key < $1.key }) {
      switch item {
      case .metadata(let texts): metadata = texts
      case .tensor(let dtype, let sizes, let offsets):
        guard let type = SafeTensorsType(rawValue: dtype) else {
          throw CheckpointError.unsupported(file: path, tensor: name, dtype: dtype)
        }
        guard let (shape, byteCount) = Self.extent(sizes, type) else {
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
        entries[name] = Entry(type: type, shape: shape, bytes: start + offsets[0]..<start + offsets[1])
      }
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
      if entry.bytes.lowerBound < end { throw malformed("tensor '\(name)' overlaps another one") }
      if entry.bytes.lowerBound > end { throw malformed("there is a gap before tensor '\(name)'") }
      end = entry.bytes.upperBound
    }
    if end < bytes.upperBound {
      throw malformed("\(bytes.upperBound - end) bytes at the end belong to no tensor")
    }
  }

  /// The shape and the number of bytes of a tensor; nil where memory cannot hold such a one.
  private static func extent(_ sizes: [Int], _ type: SafeTensorsType) -> (Shape, Int)? {
    guard sizes.count <= Shape.maximumRank, sizes.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
      return nil
    }
    var strided = type.size
    for size in sizes {
      let (product, overflow) = strided.multipliedReportingOverflow(by: max(size, 1))
      if overflow { return nil }
      strided = product
    }
    return (Shape(sizes), sizes.contains(0) ? 0 : strided)
  }

  /// The beginning of a file: the header's length and the header, padded so that the elements start at a
  /// multiple of 8 bytes. Tensors follow one another in the given order.
  static func encoded(
    _ tensors: [(name: String, type: SafeTensorsType, shape: Shape)], metadata: [String: String]
  ) -> Data {
    var items: [String: Item] = metadata.isEmpty ? [:] : [metadataName: .metadata(metadata)]
    var offset = 0
    for (name, type, shape) in tensors {
      let end = offset + shape.elementCount * type.size
      items[name] = .tensor(dtype: type.rawValue, shape: shape.dimensions, offsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var text = try? encoder.encode(items) else { fatalError("texts and integers are JSON") }
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
  }

  /// One entry of the header.
  private enum Item: Codable {
    case metadata([String: String])
    case tensor(dtype: String, shape: [Int], offsets: [Int])

    private enum Key: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      if decoder.codingPath.last?.stringValue == metadataName {
        self = .metadata(try [String: String](from: decoder))
      } else {
        let item = try decoder.container(keyedBy: Key.self)
        self = .tensor(
          dtype: try item.decode(String.self, forKey: .dtype),
          shape: try item.decode([Int].self, forKey: .shape),
          offsets: try item.decode([Int].self, forKey: .offsets))
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .metadata(let texts): try texts.encode(to: encoder)
      case .tensor(let dtype, let shape, let offsets):
        var item = encoder.container(keyedBy: Key.self)
        try item.encode(dtype, forKey: .dtype)
        try item.encode(shape, forKey: .shape)
        try item.encode(offsets, forKey: .offsets)
      }
    }
  }
}
