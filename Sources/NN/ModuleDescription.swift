import Tensor

extension Module {
  /// The module as a tree: a line for each part, with its name, its type, the number of its learned values, and the shapes
  /// of its own weights.
  ///
  /// ```
  /// Classifier             514
  ///   convolution: Conv2d  448  weight [3, 3, 3, 16], bias [16]
  ///   norm: BatchNorm       32  weight [16], bias [16]
  ///   pool: MaxPool2d
  ///   head: Linear          34  frozen: weight [2, 16], bias [2]
  /// ```
  ///
  /// A weight that several parts share counts in each of them, and once in what holds them. Buffers are left out.
  public var description: String { ModuleTree(of: self).description }
}

/// The parts of a module as lines of text.
private struct ModuleTree: CustomStringConvertible {
  private struct Line {
    let name: String
    let count: Int
    let weights: String
  }

  private var lines: [Line] = []

  init(of module: any Module) {
    let search = ParameterSearch(in: module)
    let weights = search.found.filter { $0.parameter.role == .weight }
    var known: Set<String> = []
    // A part that adds nothing to the path is its owner's own.
    let parts = search.modules.filter { known.insert($0.path).inserted }
    /// A path's nearest part, and the rest of the path.
    func owner(of path: String) -> (path: String, rest: String) {
      var components = path.split(separator: ".")
      while !components.isEmpty {
        components.removeLast()
        let owner = components.joined(separator: ".")
        if known.contains(owner) {
          return (owner, String(path.dropFirst(owner.isEmpty ? 0 : owner.count + 1)))
        }
      }
      return ("", path)
    }
    let owned = Dictionary(grouping: weights) { owner(of: $0.path).path }
    var depths = ["": 0]
    for (path, type) in parts {
      var name = typeName(type)
      if !path.isEmpty {
        let (owner, rest) = owner(of: path)
        depths[path] = depths[owner]! + 1
        name = String(repeating: "  ", count: depths[path]!) + "\(rest): \(name)"
      }
      let within = weights.filter { path.isEmpty || $0.path.hasPrefix(path + ".") }.map(\.parameter)
      let distinct = Dictionary(
        within.map { (ObjectIdentifier($0), $0) }, uniquingKeysWith: { first, _ in first })
      let own = owned[path] ?? []
      let isFrozen = !own.isEmpty && own.allSatisfy(\.parameter.isFrozen)
      let shapes = own.map { "\(owner(of: $0.path).rest) \($0.parameter.shape)" }.joined(separator: ", ")
      lines.append(
        Line(
          name: name, count: distinct.values.reduce(0) { $0 + $1.shape.elementCount },
          weights: isFrozen ? "frozen: \(shapes)" : shapes))
    }
  }

  var description: String {
    let counts = lines.map { $0.count == 0 ? "" : grouped($0.count) }
    let nameWidth = lines.map(\.name.count).max() ?? 0, countWidth = counts.map(\.count).max() ?? 0
    return zip(lines, counts).map { line, count in
      let columns = [
        line.name + String(repeating: " ", count: nameWidth - line.name.count),
        String(repeating: " ", count: countWidth - count.count) + count, line.weights,
      ]
      return columns.joined(separator: "  ").replacing(#/ +$/#, with: "")
    }.joined(separator: "\n")
  }
}

/// A count with its digits in threes.
private func grouped(_ count: Int) -> String {
  count < 1000 ? "\(count)" : "\(grouped(count / 1000)),\(String("\(count % 1000 + 1000)".dropFirst()))"
}

/// A type's name as it is written: `Conv2d` for `Convolution<2>`.
private func typeName(_ type: any Module.Type) -> String {
  let name = String(describing: type)
  guard let match = name.wholeMatch(of: /(\w+)<(\d)>/) else { return name }
  let written = ["Convolution": "Conv", "TransposedConvolution": "ConvTranspose"]
  return "\(written[String(match.1)] ?? String(match.1))\(match.2)d"
}
