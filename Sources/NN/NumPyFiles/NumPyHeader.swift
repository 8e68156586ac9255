import Tensor

/// What stands before the elements of a NumPy array in a file: a magic number, the format's version, and a Python
/// dictionary of the element type, the order of the elements and the sizes of the axes (NEP 1).
struct NumPyHeader {
  /// NumPy's name of the element type and its byte order: `<f4`; that of a structured type is a list.
  let descriptor: String
  /// Whether the first index runs fastest, not the last.
  let isFortranOrder: Bool
  let sizes: [Int]
  /// The number of bytes before the elements.
  let length: Int

  static let magic = [0x93] + Array("NUMPY".utf8)
  /// Only structured types have longer headers, and NumPy, too, refuses them.
  static let longest = 12 + 10_000

  /// Reads the header at the start of some bytes.
  init(_ bytes: UnsafeRawBufferPointer) throws(MalformedFile) {
    guard bytes.starts(with: Self.magic) else {
      throw MalformedFile(reason: "it doesn't start as a .npy file")
    }
    guard bytes.count > 8, (1...3).contains(bytes[6]), bytes[7] == 0 else {
      let version = bytes.dropFirst(6).prefix(2).map { "\($0)" }.joined(separator: ".")
      throw MalformedFile(reason: "version \(version) of the format is not known")
    }
    let width = bytes[6] == 1 ? 2 : 4
    guard bytes.count >= 8 + width else { throw MalformedFile(reason: "it ends within its header") }
    let count = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    length = 8 + width + count
    guard length <= Self.longest else { throw MalformedFile(reason: "a header of \(count) bytes") }
    guard length <= bytes.count else { throw MalformedFile(reason: "it ends within its header") }
    let text = Array(bytes[8 + width..<length])
    guard let items = PythonDictionary(text)?.items, let descriptor = items["descr"],
      let order = items["fortran_order"], ["True", "False"].contains(order),
      let sizes = items["shape"].flatMap(PythonDictionary.integers), items.count == 3
    else { throw MalformedFile(reason: "its header is no dictionary of descr, fortran_order and shape") }
    self.descriptor = PythonDictionary.text(descriptor) ?? descriptor
    isFortranOrder = order == "True"
    self.sizes = sizes
  }

  /// The header of a tensor of float64, float32, int32, uint8 or bool, row by row; elements start at a multiple of 64
  /// bytes.
  static func encoded(_ shape: Shape, _ dtype: DType) -> [UInt8] {
    let descriptor =
      switch dtype {
      case .float64: "<f8"
      case .float32: "<f4"
      case .int32: "<i4"
      case .uint8: "|u1"
      case .bool: "|b1"
      case .bfloat16: preconditionFailure("NumPy has no bfloat16")
      }
    let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    var text = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
    text += repeatElement(UInt8(ascii: " "), count: 63 - (10 + text.count) % 64) + [UInt8(ascii: "\n")]
    return magic + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
  }

  /// The elements' type, and whether their bytes are in the other order; nil for what has no counterpart here.
  var type: (type: SafeTensorsType, isBigEndian: Bool)? {
    guard let order = descriptor.first, "<>|=".contains(order), let type = Self.types[descriptor.dropFirst()]
    else { return nil }
    return (type, order == ">")
  }

  private static let types: [Substring: SafeTensorsType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32,
    "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64,
  ]
}

/// A Python dictionary of texts to values, as they are written.
private struct PythonDictionary {
  private(set) var items: [String: String] = [:]

  init?(_ bytes: [UInt8]) {
    var position = 0
    func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }
    func skip(_ sign: Character) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == sign.asciiValue else { return false }
      position += 1
      return true
    }
    guard skip("{") else { return nil }
    while !skip("}") {
      skipSpace()
      guard let end = Self.end(of: bytes, from: position, before: ":"),
        let name = Self.text(String(decoding: bytes[position..<end], as: UTF8.self))
      else { return nil }
      position = end + 1
      skipSpace()
      guard let end = Self.end(of: bytes, from: position, before: ",}") else { return nil }
      var value = bytes[position..<end]
      while let last = value.last, [0x20, 0x09, 0x0a, 0x0d].contains(last) { value.removeLast() }
      guard items.updateValue(String(decoding: value, as: UTF8.self), forKey: name) == nil else { return nil }
      position = end
      _ = skip(",")
    }
    skipSpace()
    guard position == bytes.count else { return nil }
  }

  /// Where one of some signs stands outside of texts and brackets.
  private static func end(of bytes: [UInt8], from start: Int, before signs: String) -> Int? {
    var (depth, quote): (Int, UInt8?) = (0, nil)
    for position in start..<bytes.count {
      let byte = bytes[position]
      if quote != nil {
        if byte == quote { quote = nil }
      } else if depth == 0 && signs.utf8.contains(byte) {
        return position
      } else if "'\"".utf8.contains(byte) {
        quote = byte
      } else if "([{".utf8.contains(byte) {
        depth += 1
      } else if ")]}".utf8.contains(byte) {
        depth -= 1
      }
    }
    return nil
  }

  /// What stands between quotation marks.
  static func text(_ value: String) -> String? {
    guard value.count >= 2, let mark = value.first, "'\"".contains(mark), value.last == mark else {
      return nil
    }
    let text = String(value.dropFirst().dropLast())
    return text.contains(mark) || text.contains("\\") ? nil : text
  }

  /// The numbers of a tuple, which Python 2 ends with L.
  static func integers(_ value: String) -> [Int]? {
    guard value.first == "(", value.last == ")", value.count >= 2 else { return nil }
    var words = value.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.filter { !$0.isWhitespace } }
    if words.last == "" { words.removeLast() }
    let numbers = words.compactMap { Int($0.hasSuffix("L") ? $0.dropLast() : $0[...]) }
    return numbers.count == words.count && numbers.allSatisfy { $0 >= 0 } ? numbers : nil
  }
}
