import CKernels
import Synchronization

/// Where a tensor stands on a tape: which tape, and which of its values. Numbers only, so that a tensor
/// that outlives its tape is simply a constant.
struct TapePosition: Sendable {
  let tape: UInt64
  let slot: Int
  static let none = TapePosition(tape: 0, slot: 0)
}

/// What one scope of recording leaves behind: for every operator that ran, where its outputs stand and how
/// a gradient travels back to its inputs. A list, in order of execution: walking it backwards needs no
/// recursion, and dropping each record as it is used frees the activations it held.
final class Tape {
  struct Record {
    let outputs: Range<Int>
    let pullback: Pullback
  }

  enum Pullback {
    case edges([Edge])
    case joint(inputs: [Int?], ([Tensor?]) -> [Tensor?])
  }

  /// What a tape is for.
  enum Role {
    /// Differentiation.
    case recording
    /// Finding out what a recomputed block reads of the tape around: records are dropped at once.
    case scouting
    /// Recording such a block again.
    case recomputing
  }

  let identity: UInt64
  let role: Role
  private let outer: Tape?
  // For each value of the outer tape that was read, the one that stands for it here, and in which order they
  // came.
  private var entered: [Int: Int] = [:]
  private(set) var borrowed: [(outer: Int, inner: Int)] = []
  /// The streams of random numbers that were drawn from, so that the second run draws the same.
  var randomStreams: [UInt64] = []
  private var isSpent = false
  private(set) var records: [Record] = []
  private(set) var values: [(shape: Shape, dtype: DType)] = []
  private(set) var leaves: [ObjectIdentifier: (owner: AnyObject, slot: Int)] = [:]

  private static let nextIdentity = Atomic<UInt64>(1)

  init(_ role: Role = .recording, inside outer: Tape? = nil) {
    self.role = role
    self.outer = outer
    identity = Self.nextIdentity.add(1, ordering: .relaxed).oldValue
  }

  /// The tape of the scope that this thread is in.
  static var current: Tape? {
    guard let pointer = ck_thread_tape() else { return nil }
    return Unmanaged<Tape>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Runs a closure with `tape` (or none) as this thread's current one.
  static func with<Result>(_ tape: Tape?, _ body: () throws -> Result) rethrows -> Result {
    let outer = ck_thread_tape()
    ck_set_thread_tape(tape.map { Unmanaged.passUnretained($0).toOpaque() })
    defer { ck_set_thread_tape(outer) }
    return try withExtendedLifetime(tape) { try body() }
  }

  /// A new value on the tape.
  func add(_ tensor: Tensor) -> Tensor {
    values.append((tensor.shape, tensor.dtype))
    var result = tensor
    result.position = TapePosition(tape: identity, slot: values.count - 1)
    return result
  }

  /// Whether a block runs on it for the second time.
  var isRecomputing: Bool { role == .recomputing || outer?.isRecomputing ?? false }

  /// The next stream of random numbers: a new one, noted where the block will run again; the noted one where
  /// it does.
  func randomStream(or draw: () -> UInt64) -> UInt64 {
    switch role {
    case .recording: return draw()
    case .scouting:
      let stream = outer!.randomStream(or: draw)
      randomStreams.append(stream)
      return stream
    case .recomputing:
      guard let stream = randomStreams.popLast() else {
        fatalError(
          "recomputed: the block draws more random numbers when it runs for the second time")
      }
      return stream
    }
  }

  /// The tape's value that stands for `owner`, entered on first use.
  func leaf(of owner: AnyObject, _ value: Tensor) -> Tensor {
    if let outer {
      var result = value
      result.position = TapePosition(tape: identity, slot: slot(of: outer.leaf(of: owner, value))!)
      return result
    }
    if let known = leaves[ObjectIdentifier(owner)] {
      var result = value
      result.position = TapePosition(tape: identity, slot: known.slot)
      return result
    }
    let result = add(value)
    leaves[ObjectIdentifier(owner)] = (owner, result.position.slot)
    return result
  }

  /// Where a tensor stands on this tape. A value of the tape around enters it.
  func slot(of tensor: Tensor) -> Int? {
    if tensor.position.tape == identity { return tensor.position.slot }
    guard let outer, tensor.position.tape != 0, let slot = outer.slot(of: tensor) else { return nil }
    if let known = entered[slot] { return known }
    values.append((tensor.shape, tensor.dtype))
    entered[slot] = values.count - 1
    borrowed.append((slot, values.count - 1))
    return values.count - 1
  }

  func append(_ outputs: [Tensor], _ pullback: Pullback) -> [Tensor] {
    let first = values.count
    let added = outputs.map(add)
    if role != .scouting { records.append(Record(outputs: first..<values.count, pullback: pullback)) }
    return added
  }

  func append(_ output: Tensor, _ edges: [Edge]) -> Tensor {
    let added = add(output)
    if role != .scouting {
      records.append(
        Record(outputs: added.position.slot..<added.position.slot + 1, pullback: .edges(edges)))
    }
    return added
  }

  /// The gradients of a value with respect to the tape's `wanted` values, given the value's own gradient.
  /// Uses the records up.
  func backward(from output: Int, _ seed: Tensor, wanted: Set<Int>) -> [Int: Tensor] {
    backward(from: [(output, seed)], wanted: wanted)
  }

  /// The gradients of several values taken together.
  func backward(from outputs: [(slot: Int, seed: Tensor)], wanted: Set<Int>) -> [Int: Tensor] {
    require(!isSpent, "a pullback is called a second time: what it needs is gone")
    isSpent = true
    var gradients = [Tensor?](repeating: nil, count: values.count)
    var results: [Int: Tensor] = [:]

    func accumulate(_ gradient: Tensor, at slot: Int) {
      let value = values[slot]
      require(
        gradient.shape == value.shape && gradient.dtype == value.dtype,
        "a gradient of \(gradient.dtype) \(gradient.shape) arrived at a value of \(value.dtype) \(value.shape)"
      )
      if gradients[slot] == nil {
        gradients[slot] = gradient
      } else {
        gradients[slot]!.accumulate(gradient)
      }
    }
    for (slot, seed) in outputs { accumulate(seed, at: slot) }
    func take(_ slot: Int) -> Tensor? {
      let gradient = gradients[slot]
      gradients[slot] = nil
      if wanted.contains(slot) { results[slot] = gradient }
      return gradient
    }

    Tape.with(nil) {
      while let record = records.popLast() {
        switch record.pullback {
        case .edges(let edges):
          guard let gradient = take(record.outputs.lowerBound) else { continue }
          for edge in edges { accumulate(edge.pullback(gradient), at: edge.slot) }
        case .joint(let inputs, let pullback):
          let arrived = record.outputs.map(take)
          if arrived.allSatisfy({ $0 == nil }) { continue }
          for case (let slot?, let gradient?) in zip(inputs, pullback(arrived)) {
            accumulate(gradient, at: slot)
          }
        }
      }
    }
    for slot in wanted where results[slot] == nil { results[slot] = gradients[slot] }
    return results
  }
}
