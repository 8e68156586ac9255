/// What a file of PyTorch's holds, by paths: keys and indices.
struct TorchListing {
  private(set) var tensors: [PyTorchFile.Entry] = []
  private(set) var values: [String: String] = [:]
  private let pickle: Pickle
  // A container may stand in many places, and each of them be listed, under a path of long names: what a few bytes can
  // multiply is bounded, by the bytes of all paths.
  private var left = 64_000_000

  private static let deepest = 64

  /// Where a value stands: keys and indices, and below them the names of a whole module's parts.
  private struct Place {
    var keys: [String] = []
    var parts: [String] = []
    var length = 16

    var path: [String] { parts.isEmpty ? keys : keys + [parts.joined(separator: ".")] }
    func key(_ name: String) -> Place { Place(keys: path + [name], length: length + name.utf8.count) }
    func part(_ name: String) -> Place {
      Place(keys: keys, parts: parts + [name], length: length + name.utf8.count)
    }
  }

  init(_ pickle: Pickle) {
    self.pickle = pickle
    visit(pickle.root, at: Place(), depth: 0)
  }

  private mutating func visit(_ value: Pickle.Value, at place: Place, depth: Int) {
    guard depth < Self.deepest, left > 0 else { return }
    left -= place.length
    func note(_ value: some CustomStringConvertible) {
      values[place.path.joined(separator: ".")] = value.description
    }
    switch value {
    case .none, .bytes, .global: break
    case .bool(let value): note(value)
    case .integer(let value): note(value)
    case .number(let value): note(value)
    case .text(let value): note(value)
    case .node(let index):
      switch pickle.nodes[index] {
      case .tuple(let elements), .list(let elements):
        for (position, element) in elements.enumerated() {
          visit(element, at: place.key("\(position)"), depth: depth + 1)
        }
      case .dictionary(let entries):
        for (key, value) in entries where left > 0 {
          if let name = pickle.name(of: key) { visit(value, at: place.key(name), depth: depth + 1) }
        }
      case .object(.global(let function), let arguments, let state):
        visit(function, arguments, state, at: place, depth: depth)
      case .object, .persistent: break
      }
    }
  }

  private mutating func visit(
    _ function: String, _ arguments: [Pickle.Value], _ state: Pickle.Value, at place: Place, depth: Int
  ) {
    switch function {
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
      guard let reference = TensorReference(pickle, arguments: arguments) else { return }
      tensors.append(PyTorchFile.Entry(keys: place.path, reference: reference))
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      if let tensor = arguments.first { visit(tensor, at: place, depth: depth + 1) }
    case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar":
      if let number = pickle.numpyScalar(arguments) {
        values[place.path.joined(separator: ".")] = "\(number)"
      }
    default:
      // A whole module was saved: its tensors stand in these three.
      for (key, value) in pickle.entries(state) ?? [] where left > 0 {
        guard let name = pickle.name(of: key) else { continue }
        guard ["_parameters", "_buffers", "_modules"].contains(name) else {
          visit(value, at: place.key(name), depth: depth + 1)
          continue
        }
        for (key, value) in pickle.entries(value) ?? [] where left > 0 {
          if let part = pickle.name(of: key) { visit(value, at: place.part(part), depth: depth + 1) }
        }
      }
    }
  }
}

extension Pickle {
  /// A key as a part of a path: a text, a number, or a tuple of such as Python writes it; nil for objects.
  fileprivate func name(of key: Value) -> String? {
    guard let elements = elements(key) else { return name(ofSimple: key) }
    let names = elements.compactMap(name(ofSimple:))
    return names.count == elements.count ? "(\(names.joined(separator: ", ")))" : nil
  }

  private func name(ofSimple key: Value) -> String? {
    switch key {
    case .text(let name): name
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let value): "\(value)"
    case .none: "None"
    case .bytes, .global, .node: nil
    }
  }

  /// The integers of a tuple or list; nil where other things are among them.
  func integers(_ value: Value) -> [Int]? {
    guard let elements = elements(value) else { return nil }
    var integers: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element else { return nil }
      integers.append(integer)
    }
    return integers
  }

  /// The number that NumPy keeps as its type and bytes; nil for other types than floats and integers.
  func numpyScalar(_ arguments: [Value]) -> Double? {
    guard arguments.count == 2, case .bytes(let bytes) = arguments[1], case .node(let index) = arguments[0],
      case .object(_, let parts, let state) = nodes[index], case .text(let type) = parts.first,
      bytes.count <= 8, Int(type.dropFirst()) == bytes.count
    else { return nil }
    let isBigEndian =
      if let facts = elements(state), facts.count > 1, case .text(">") = facts[1] { true } else { false }
    let bits = (isBigEndian ? bytes : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch type {
    case "f8": return Double(bitPattern: bits)
    case "f4": return Double(Float(bitPattern: UInt32(bits)))
    case "f2": return Double(Float16(bitPattern: UInt16(bits)))
    case "i8": return Double(Int64(bitPattern: bits))
    case "i4": return Double(Int32(truncatingIfNeeded: bits))
    case "i2": return Double(Int16(truncatingIfNeeded: bits))
    case "u1", "u2", "u4", "u8", "b1": return Double(bits)
    default: return nil
    }
  }
}
