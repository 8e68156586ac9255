import Foundation

/// What a pickle holds: plain data. Whatever would call or import something is an inert object: nothing is executed.
///
/// Containers are nodes of one list and refer to each other by index, so that neither a cycle nor a deep nest of them
/// can overflow a stack.
struct Pickle {
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    /// A floating-point number, or an integer beyond 64 bits.
    case number(Double)
    case text(String)
    case bytes([UInt8])
    /// A name that Python would import: `torch.FloatStorage`.
    case global(String)
    /// A container, by its index.
    case node(Int)
  }

  enum Node {
    case tuple([Value])
    case list([Value])
    case dictionary([(key: Value, value: Value)])
    /// What calling `callable` would give, and the state it would then be given.
    case object(callable: Value, arguments: [Value], state: Value)
    /// An object that the pickle leaves to its reader: the storage of a tensor.
    case persistent(Value)
  }

  private(set) var nodes: [Node]
  private(set) var root: Value

  /// Reads the pickle that starts at byte `start` of `bytes`, and leaves `start` behind it.
  init(_ bytes: UnsafeRawBufferPointer, from start: inout Int) throws(MalformedFile) {
    var unpickler = Unpickler(bytes, from: start)
    root = try unpickler.run()
    nodes = unpickler.nodes
    start = unpickler.position
  }

  /// The elements of a tuple or list.
  func elements(_ value: Value) -> [Value]? {
    guard case .node(let index) = value else { return nil }
    switch nodes[index] {
    case .tuple(let elements), .list(let elements): return elements
    default: return nil
    }
  }

  /// The entries of a dictionary, also of an ordered or a default one.
  func entries(_ value: Value) -> [(key: Value, value: Value)]? {
    guard case .node(let index) = value, case .dictionary(let entries) = nodes[index] else { return nil }
    return entries
  }
}

/// Pickle's stack machine, protocols 0 to 5 as far as `torch.save` goes.
private struct Unpickler {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  private(set) var nodes: [Pickle.Node] = []
  private var stack: [Pickle.Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Pickle.Value] = [:]
  /// Of the elements of containers and the bytes of texts.
  private var copied = 0

  /// More operations than any checkpoint needs, fewer than would fill the memory.
  private static let mostOperations = 16_000_000

  init(_ bytes: UnsafeRawBufferPointer, from start: Int) { (self.bytes, position) = (bytes, start) }

  mutating func run() throws(MalformedFile) -> Pickle.Value {
    for _ in 0..<Self.mostOperations {
      let code = try byte()
      if code == UInt8(ascii: ".") { return try pop() }
      try execute(code)
    }
    throw malformed("more than \(Self.mostOperations) operations")
  }

  private mutating func execute(_ code: UInt8) throws(MalformedFile) {
    switch code {
    case 0x80: _ = try byte()  // PROTO
    case 0x95: _ = try count(8)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())

    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try count(4)))))
    case UInt8(ascii: "K"): stack.append(.integer(try count(1)))
    case UInt8(ascii: "M"): stack.append(.integer(try count(2)))
    case 0x8a: stack.append(integer(try take(try count(1))))  // LONG1
    case 0x8b: stack.append(integer(try take(try count(4))))  // LONG4
    case UInt8(ascii: "G"):
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.number(Double(bitPattern: bits)))

    case UInt8(ascii: "X"): stack.append(try text(try count(4)))
    case 0x8c: stack.append(try text(try count(1)))  // SHORT_BINUNICODE
    case 0x8d: stack.append(try text(try count(8)))  // BINUNICODE8
    // The strings of Python 2: bytes that were mostly meant as text.
    case UInt8(ascii: "U"): stack.append(string(try take(try count(1))))
    case UInt8(ascii: "T"): stack.append(string(try take(try count(4))))
    case UInt8(ascii: "C"): stack.append(.bytes([UInt8](try take(try count(1)))))
    case UInt8(ascii: "B"): stack.append(.bytes([UInt8](try take(try count(4)))))
    case 0x8e, 0x96: stack.append(.bytes([UInt8](try take(try count(8)))))  // BINBYTES8, BYTEARRAY8

    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case 0x8f: push(.list([]))  // EMPTY_SET
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case 0x85, 0x86, 0x87: push(.tuple(try pop(Int(code) - 0x84)))
    case UInt8(ascii: "l"), 0x91: push(.list(try popToMark()))  // LIST, FROZENSET
    case UInt8(ascii: "d"): push(.dictionary(try pairs(try popToMark())))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())  // APPENDS, ADDITEMS
    case UInt8(ascii: "s"): try set(try pairs(try pop(2)))
    case UInt8(ascii: "u"): try set(try pairs(try popToMark()))

    case UInt8(ascii: "q"): memo[try count(1)] = try top()
    case UInt8(ascii: "r"): memo[try count(4)] = try top()
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): stack.append(try remembered(try count(1)))
    case UInt8(ascii: "j"): stack.append(try remembered(try count(4)))

    case UInt8(ascii: "c"): stack.append(.global("\(try line()).\(try line())"))
    case 0x93:  // STACK_GLOBAL
      guard case .text(let module) = try top(below: 1), case .text(let name) = try top() else {
        throw malformed("the name of a class is no text")
      }
      _ = try pop(2)
      stack.append(.global("\(module).\(name)"))
    case UInt8(ascii: "Q"): push(.persistent(try pop()))
    case UInt8(ascii: "R"), 0x81: try call(try pop(2))  // REDUCE, NEWOBJ
    case 0x92:  // NEWOBJ_EX
      let parts = try pop(3)
      try call(Array(parts[0..<2]))
    case UInt8(ascii: "b"): try build(try pop())
    default: throw malformed("the operation \(String(code, radix: 16)) at byte \(position - 1)")
    }
  }

  // MARK: Objects

  /// What calling a class or function would give: the few containers among them, or an inert object.
  private mutating func call(_ parts: [Pickle.Value]) throws(MalformedFile) {
    guard let arguments = elements(parts[1]) else { throw malformed("arguments that are no tuple") }
    if case .global(let name) = parts[0] {
      switch name {
      case "collections.OrderedDict":
        let entries = try arguments.first.map(entries(of:)) ?? []
        try countCopied(entries.count)
        return push(.dictionary(entries))
      case "collections.defaultdict": return push(.dictionary([]))
      case "torch.Size", "builtins.set", "__builtin__.set", "builtins.list", "__builtin__.list":
        if let first = arguments.first, let elements = elements(first) { return push(.list(elements)) }
      case "_codecs.encode":
        // How protocol 2 spells bytes.
        if case .text(let text) = arguments.first,
          text.unicodeScalars.allSatisfy({ $0.value < 256 })
        {
          try countCopied(text.utf8.count)
          return stack.append(.bytes(text.unicodeScalars.map { UInt8($0.value) }))
        }
      default: break
      }
    }
    push(.object(callable: parts[0], arguments: arguments, state: .none))
  }

  /// What was read before can be named again by a few bytes; copies of it must not outgrow the file.
  private mutating func countCopied(_ count: Int) throws(MalformedFile) {
    copied += count
    guard copied <= bytes.count else { throw malformed("it multiplies what it holds") }
  }

  private func entries(of list: Pickle.Value) throws(MalformedFile) -> [(
    key: Pickle.Value, value: Pickle.Value
  )] {
    guard let pairs = elements(list) else { throw malformed("a dictionary of no pairs") }
    var entries: [(key: Pickle.Value, value: Pickle.Value)] = []
    for pair in pairs {
      guard let parts = elements(pair), parts.count == 2 else { throw malformed("a dictionary of no pairs") }
      entries.append((parts[0], parts[1]))
    }
    return entries
  }

  /// Containers have no state that matters here.
  private mutating func build(_ state: Pickle.Value) throws(MalformedFile) {
    guard case .node(let index) = try top() else { return }
    if case .object(let callable, let arguments, _) = nodes[index] {
      nodes[index] = .object(callable: callable, arguments: arguments, state: state)
    }
  }

  // MARK: Containers

  private mutating func push(_ node: Pickle.Node) {
    nodes.append(node)
    stack.append(.node(nodes.count - 1))
  }

  private func elements(_ value: Pickle.Value) -> [Pickle.Value]? {
    guard case .node(let index) = value else { return nil }
    switch nodes[index] {
    case .tuple(let elements), .list(let elements): return elements
    default: return nil
    }
  }

  private mutating func append(_ values: [Pickle.Value]) throws(MalformedFile) {
    guard case .node(let index) = try top() else { throw malformed("an element is added to no list") }
    // Taken out while it grows, so that its memory is not copied.
    switch nodes[index] {
    case .list(var elements):
      nodes[index] = .list([])
      elements += values
      nodes[index] = .list(elements)
    case .object: break
    default: throw malformed("an element is added to no list")
    }
  }

  private mutating func set(_ pairs: [(key: Pickle.Value, value: Pickle.Value)]) throws(MalformedFile) {
    guard case .node(let index) = try top() else { throw malformed("an entry is added to no dictionary") }
    switch nodes[index] {
    case .dictionary(var entries):
      nodes[index] = .dictionary([])
      entries += pairs
      nodes[index] = .dictionary(entries)
    case .object: break
    default: throw malformed("an entry is added to no dictionary")
    }
  }

  private func pairs(_ values: [Pickle.Value]) throws(MalformedFile) -> [(
    key: Pickle.Value, value: Pickle.Value
  )] {
    guard values.count % 2 == 0 else { throw malformed("a key without a value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  // MARK: The stack

  private func top(below depth: Int = 0) throws(MalformedFile) -> Pickle.Value {
    guard stack.count > (marks.last ?? 0) + depth else {
      throw malformed("an operation without its operands")
    }
    return stack[stack.count - 1 - depth]
  }

  private mutating func pop() throws(MalformedFile) -> Pickle.Value {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(MalformedFile) -> [Pickle.Value] {
    _ = try top(below: count - 1)
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(MalformedFile) -> [Pickle.Value] {
    guard let mark = marks.popLast() else { throw malformed("an operation without its mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func remembered(_ index: Int) throws(MalformedFile) -> Pickle.Value {
    guard let value = memo[index] else { throw malformed("nothing was remembered as \(index)") }
    return value
  }

  // MARK: Bytes

  private mutating func byte() throws(MalformedFile) -> UInt8 { UInt8(try count(1)) }

  private mutating func take(_ count: Int) throws(MalformedFile)
    -> Slice<UnsafeRawBufferPointer>
  {
    guard count >= 0, count <= bytes.count - position else { throw malformed("it ends within an operation") }
    position += count
    return bytes[position - count..<position]
  }

  /// An unsigned number of some bytes, little-endian.
  private mutating func count(_ width: Int) throws(MalformedFile) -> Int {
    let value = try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let count = Int(exactly: value) else { throw malformed("a length of \(value) bytes") }
    return count
  }

  /// A two's complement number of any width.
  private func integer(_ bytes: Slice<UnsafeRawBufferPointer>) -> Pickle.Value {
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    if bytes.count <= 8 {
      return .integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
    }
    let magnitude = bytes.reversed().reduce(0.0) { $0 * 256 + Double($1) }
    return .number(isNegative ? magnitude - pow(256, Double(bytes.count)) : magnitude)
  }

  private mutating func text(_ count: Int) throws(MalformedFile) -> Pickle.Value {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw malformed("a text is not UTF-8")
    }
    return .text(text)
  }

  private func string(_ bytes: Slice<UnsafeRawBufferPointer>) -> Pickle.Value {
    String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes([UInt8](bytes))
  }

  private mutating func line() throws(MalformedFile) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")),
      case .text(let line) = try text(end - position)
    else { throw malformed("it ends within a name") }
    position += 1
    return line
  }

  private func malformed(_ reason: String) -> MalformedFile {
    MalformedFile(reason: "pickle: \(reason)")
  }
}
