/// Runs `body`, recording, and returns its scalar result with the gradients of all parameters it read.
///
/// Nothing is recorded outside such a scope. A scope inside another is on its own: to the inner one the
/// outer one's values are constants, and to the outer one so are the inner one's results.
public func valueWithGradient(
  _ body: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
  let (value, _, gradients) = try valueWithGradient { (try body(), ()) }
  return (value, gradients)
}

/// As `valueWithGradient(_:)`, for a body that returns something beside the scalar (a prediction, say).
public func valueWithGradient<Extra>(
  _ body: () throws -> (Tensor, Extra)
) rethrows -> (value: Tensor, extra: Extra, gradients: Gradients) {
  let tape = Tape()
  let (value, extra) = try Tape.with(tape, body)
  let leaves = tape.leaves.values.sorted { $0.slot < $1.slot }
  let found = tape.gradients(ofScalar: value, wanted: Set(leaves.map(\.slot)))
  return (value.detached(), extra, Gradients(leaves.map { ($0.owner, found[$0.slot]) }))
}

extension Tape {
  fileprivate func gradients(ofScalar value: Tensor, wanted: Set<Int>) -> [Int: Tensor] {
    require(
      value.elementCount == 1, "only a scalar has a gradient: the value has shape \(value.shape)")
    guard let output = slot(of: value) else { return [:] }
    return backward(from: output, Tensor(ones: value.shape, dtype: value.dtype), wanted: wanted)
  }
}

/// The scalar result of `body` at some inputs, and its gradient with respect to each of them.
public func valueWithGradient(
  at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let tape = Tape()
  let leaves = inputs.map(tape.add)
  let value = try Tape.with(tape) { try body(leaves) }
  let found = tape.gradients(ofScalar: value, wanted: Set(leaves.map(\.position.slot)))
  let gradients = leaves.map { found[$0.position.slot] ?? Tensor(zeros: $0.shape, dtype: $0.dtype) }
  return (value.detached(), gradients)
}

/// The gradient of a scalar function with respect to its input.
public func gradient(at x: Tensor, _ body: (Tensor) throws -> Tensor) rethrows -> Tensor {
  try valueWithGradient(at: [x]) { try body($0[0]) }.gradients[0]
}

/// The gradients of a scalar function with respect to its two inputs.
public func gradient(
  at x: Tensor, _ y: Tensor, _ body: (Tensor, Tensor) throws -> Tensor
) rethrows -> (Tensor, Tensor) {
  let found = try valueWithGradient(at: [x, y]) { try body($0[0], $0[1]) }.gradients
  return (found[0], found[1])
}

/// The gradients of a scalar function with respect to its inputs.
public func gradient(at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor) rethrows -> [Tensor] {
  try valueWithGradient(at: inputs, body).gradients
}

/// The value of a function of any shape, and its pullback, which turns a gradient of the value into the
/// gradients of the inputs. The pullback can be called once.
public func pullback(
  at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> [Tensor]) {
  let tape = Tape()
  let leaves = inputs.map(tape.add)
  let value = try Tape.with(tape) { try body(leaves) }
  return (
    value.detached(),
    { seed in
      require(
        seed.shape == value.shape,
        "pullback: a gradient of shape \(seed.shape) for a value of shape \(value.shape)"
      )
      let output = tape.slot(of: value)
      let found =
        output.map { tape.backward(from: $0, seed, wanted: Set(leaves.map(\.position.slot))) } ?? [:]
      return leaves.map { found[$0.position.slot] ?? Tensor(zeros: $0.shape, dtype: $0.dtype) }
    }
  )
}
