/// Runs `body`, recording, and returns its scalar result with the gradients of all parameters it read.
///
/// Nothing is recorded outside such a scope. A scope inside another is differentiated through: its value and its gradients
/// depend, in the scope around, on whatever they were computed from, to any order. So a penalty on gradients is written as
/// the formula has it:
///
/// ```swift
/// let (loss, gradients) = valueWithGradient {
///   let slope = gradient(at: images) { critic($0).sum() }
///   return critic(fake).mean() - critic(real).mean() + 10 * (slope.norm(axis: [1, 2, 3]) - 1).squared().mean()
/// }
/// ```
///
/// Where the gradient of an operator can't be differentiated, asking for it stops and names the operator. What is no more
/// than a constant to the scope around is `detached()`.
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
  try valueWithGradient(whenComplete: nil, body)
}

/// As `valueWithGradient(_:)`; `observe` is told each gradient as soon as it is complete, while the way back goes on: then it
/// can be sent elsewhere meanwhile. Leaves without a gradient are not told.
package func valueWithGradient<Extra>(
  whenComplete observe: ((_ leaf: any Gradients.Owner, Tensor) -> Void)?, _ body: () throws -> (Tensor, Extra)
) rethrows -> (value: Tensor, extra: Extra, gradients: Gradients) {
  let tape = Tape(.recording, inside: Tape.current)
  let (value, extra) = try Tape.with(tape, body)
  let leaves = tape.leaves.values.sorted { $0.slot < $1.slot }
  let found = tape.gradients(ofScalar: value, wanted: Set(leaves.map(\.slot)), observe)
  let gradients = Gradients(leaves: leaves.map { ($0.owner, found[$0.slot].map(tape.released)) })
  return (tape.released(value), extra, gradients)
}

extension Tape {
  fileprivate func gradients(
    ofScalar value: Tensor, wanted: Set<Int>, _ observe: ((any Gradients.Owner, Tensor) -> Void)? = nil
  ) -> [Int: Tensor] {
    require(
      value.elementCount == 1, "only a scalar has a gradient: the value has shape \(value.shape)")
    guard let output = differentiableSlot(of: value) else { return [:] }
    let seed = Tensor(ones: value.shape, dtype: value.dtype)
    return backward(from: [(output, seed)], wanted: wanted, observe: observe)
  }

  /// The gradients of leaves; zeros where the value does not depend on one.
  fileprivate func gradients(of leaves: [Tensor], in found: [Int: Tensor]) -> [Tensor] {
    leaves.map { leaf in
      found[leaf.position.slot].map(released) ?? Tensor(zeros: leaf.shape, dtype: leaf.dtype)
    }
  }
}

/// The scalar result of `body` at some inputs, and its gradient with respect to each of them. As `valueWithGradient(_:)`, it
/// nests.
public func valueWithGradient(
  at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let tape = Tape(.recording, inside: Tape.current)
  let leaves = tape.enter(inputs)
  let value = try Tape.with(tape) { try body(leaves) }
  let found = tape.gradients(ofScalar: value, wanted: Set(leaves.map(\.position.slot)))
  return (tape.released(value), tape.gradients(of: leaves, in: found))
}

/// The gradient of a scalar function with respect to its input. Inside a recording, or another gradient, it is itself
/// differentiated:
///
/// ```swift
/// let curvature = gradient(at: x) { x in gradient(at: x) { $0.pow(3).sum() }.sum() }   // 6x
/// ```
public func gradient(at x: Tensor, _ body: (Tensor) throws -> Tensor) rethrows -> Tensor {
  try gradient(at: [x]) { try body($0[0]) }[0]
}

/// The gradients of a scalar function with respect to its two inputs. It nests.
public func gradient(
  at x: Tensor, _ y: Tensor, _ body: (Tensor, Tensor) throws -> Tensor
) rethrows -> (Tensor, Tensor) {
  let found = try gradient(at: [x, y]) { try body($0[0], $0[1]) }
  return (found[0], found[1])
}

/// The gradients of a scalar function with respect to its inputs. It nests.
public func gradient(at inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor) rethrows -> [Tensor] {
  try valueWithGradient(at: inputs, body).gradients
}

/// The value of a function of any shape, and its pullback, which turns a gradient of the value into the gradients of the
/// inputs. The pullback can be called once, and frees what was recorded as it goes; a reusable one, as often as one likes:
/// conjugate gradients, say, ask for many on one forward pass. What it returns is differentiated where it is called inside a
/// recording: by the gradient it is given, and by what the value depends on where that was computed in the same one.
public func pullback(
  at inputs: [Tensor], reusable: Bool = false, _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> [Tensor]) {
  let tape = Tape(.recording, inside: Tape.current)
  let leaves = tape.enter(inputs)
  let output = try Tape.with(tape) { try body(leaves) }
  let (value, slot) = (tape.released(output), tape.differentiableSlot(of: output))
  return (
    value,
    { seed in
      require(
        seed.shape == value.shape,
        "pullback: a gradient of shape \(seed.shape) for a value of shape \(value.shape)")
      let wanted = Set(leaves.map(\.position.slot))
      let found = slot.map { tape.backward(from: [($0, seed)], wanted: wanted, reusable: reusable) }
      return leaves.map { leaf in
        found?[leaf.position.slot] ?? Tensor(zeros: leaf.shape, dtype: leaf.dtype)
      }
    }
  )
}
