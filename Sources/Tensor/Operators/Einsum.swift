extension Tensor {
  /// Einstein's sum: each letter names an axis, letters that the result does not name are summed over.
  ///
  /// `einsum("ij,jk->ik", a, b)` is the matrix product; `"bhwc,c->bhw"` weighs channels, `"ii->i"` takes a
  /// diagonal, `"...ij,...jk->...ik"` leaves as many axes in front as there are, stretched as in arithmetic.
  /// Without `->` the result names the letters that stand once, in alphabetical order. Operands are
  /// contracted from left to right.
  public static func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
    einsum(equation, operands)
  }

  /// Einstein's sum: each letter names an axis, letters that the result does not name are summed over.
  public static func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
    let plan = EinsumPlan(equation, operands.map(\.shape))
    var terms = zip(operands, plan.inputs).map { NamedTensor($0, $1).withDiagonalsTaken() }
    var result = terms.removeFirst()
    while !terms.isEmpty {
      let next = terms.removeFirst()
      let wanted = Set(plan.output).union(terms.flatMap(\.axes))
      result = result.contracted(with: next, keeping: wanted)
    }
    return result.ordered(plan.output)
  }
}

/// An equation read against its operands' shapes. Axes are named by letters, those under an ellipsis by
/// digits, counted from the end.
private struct EinsumPlan {
  private(set) var inputs: [[Character]] = []
  private(set) var output: [Character] = []

  init(_ equation: String, _ shapes: [Shape]) {
    let sides = equation.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    require(
      sides.count <= 2 && terms.count == shapes.count,
      "einsum: \"\(equation)\" is not an equation for \(shapes.count) operands")
    inputs = zip(terms, shapes).map { Self.names(String($0), rank: $1.rank, equation) }
    let hidden = inputs.map { $0.count(where: \.isNumber) }.max() ?? 0
    if sides.count == 2 {
      output = Self.names(String(sides[1]), hidden: hidden, equation)
    } else {
      let counts = Dictionary(inputs.joined().map { ($0, 1) }, uniquingKeysWith: +)
      output = Self.ellipsis(hidden) + counts.keys.filter { $0.isLetter && counts[$0] == 1 }.sorted()
    }
    require(
      Set(output).count == output.count
        && output.allSatisfy { name in inputs.contains { $0.contains(name) } },
      "einsum: the result of \"\(equation)\" names an axis twice, or one that no operand has")
  }

  private static func names(_ term: String, rank: Int, _ equation: String) -> [Character] {
    let letters = term.replacing("...", with: "").count
    require(
      letters == rank || letters < rank && term.contains("..."),
      "einsum: \"\(term)\" of \"\(equation)\" doesn't name the \(rank) axes of its operand")
    return names(term, hidden: rank - letters, equation)
  }

  private static func names(_ term: String, hidden: Int, _ equation: String) -> [Character] {
    let parts = term.split(separator: "...", omittingEmptySubsequences: false)
    require(
      parts.count <= 2 && parts.joined().allSatisfy { $0.isASCII && $0.isLetter },
      "einsum: \"\(term)\" of \"\(equation)\" is not made of letters and at most one ellipsis")
    return Array(parts.joined(separator: String(ellipsis(parts.count == 2 ? hidden : 0))))
  }

  private static func ellipsis(_ count: Int) -> [Character] {
    (0..<count).reversed().map { Character(String($0)) }
  }
}

/// A tensor whose axes have names.
private struct NamedTensor {
  var tensor: Tensor
  var axes: [Character]

  init(_ tensor: Tensor, _ axes: [Character]) {
    (self.tensor, self.axes) = (tensor, axes)
  }

  func size(_ name: Character) -> Int { tensor.shape[axes.firstIndex(of: name)!] }

  /// Each name once: where it stood several times, the diagonal.
  func withDiagonalsTaken() -> NamedTensor {
    var result = self
    for name in axes where result.axes.count(where: { $0 == name }) > 1 {
      let (first, second) = (result.axes.firstIndex(of: name)!, result.axes.lastIndex(of: name)!)
      require(
        result.tensor.shape[first] == result.tensor.shape[second],
        "einsum: axes of different sizes are named \(name) in shape \(tensor.shape)")
      result.tensor = result.tensor.diagonal(first, second)
      result.axes.remove(at: second)
      result.axes.remove(at: first)
      result.axes.append(name)
    }
    return result
  }

  /// Without the axes that are not among `wanted`, which are summed over.
  func summed(keeping wanted: Set<Character>) -> NamedTensor {
    let rest = axes.indices.filter { !wanted.contains(axes[$0]) }
    return rest.isEmpty ? self : NamedTensor(tensor.sum(axis: rest), axes.filter(wanted.contains))
  }

  /// The axes in the given order, the others summed over.
  func ordered(_ names: [Character]) -> Tensor {
    let kept = summed(keeping: Set(names))
    return kept.tensor.permuted(names.map { kept.axes.firstIndex(of: $0)! })
  }

  /// Stretched where an axis of size 1 meets a longer one of `other`.
  private func stretched(to other: NamedTensor) -> NamedTensor {
    var shape = tensor.shape
    for (axis, name) in axes.enumerated() where other.axes.contains(name) {
      let size = other.size(name)
      require(
        shape[axis] == size || shape[axis] == 1 || size == 1,
        "einsum: the axis \(name) has the size \(shape[axis]) in one operand and \(size) in another")
      if shape[axis] == 1 { shape[axis] = size }
    }
    return NamedTensor(tensor.broadcast(to: shape), axes)
  }

  /// The product with another tensor, summed over the names that are not `wanted`: a batched matrix product.
  func contracted(with other: NamedTensor, keeping wanted: Set<Character>) -> NamedTensor {
    let a = stretched(to: other).summed(keeping: wanted.union(other.axes))
    let b = other.stretched(to: self).summed(keeping: wanted.union(axes))
    let batch = a.axes.filter { b.axes.contains($0) && wanted.contains($0) }
    let inner = a.axes.filter { b.axes.contains($0) && !wanted.contains($0) }
    let rows = a.axes.filter { !b.axes.contains($0) }
    let columns = b.axes.filter { !a.axes.contains($0) }

    func count(_ names: [Character], _ x: NamedTensor) -> Int { names.reduce(1) { $0 * x.size($1) } }
    /// `[batch, first, second]`, and whether it had to be the other way round to leave the elements where
    /// they are.
    func matrices(_ x: NamedTensor, _ first: [Character], _ second: [Character]) -> (Tensor, Bool) {
      let transposed = x.axes == batch + second + first && !first.isEmpty && !second.isEmpty
      let (outer, last) = transposed ? (second, first) : (first, second)
      let shape: Shape = [count(batch, x), count(outer, x), count(last, x)]
      return (x.ordered(batch + outer + last).reshape(shape), transposed)
    }
    let (left, leftTransposed) = matrices(a, rows, inner)
    let (right, rightTransposed) = matrices(b, inner, columns)
    let product = left.matmul(right, transposed: leftTransposed, otherTransposed: rightTransposed)
    let sizes = batch.map(a.size) + rows.map(a.size) + columns.map(b.size)
    return NamedTensor(product.reshape(Shape(sizes)), batch + rows + columns)
  }
}
