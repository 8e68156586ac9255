import CKernels
import Synchronization

/// Where a tensor stands on a tape: which tape, and which of its values. Numbers only, so that a tensor
/// that outlives its tape is simply a constant.
struct TapePosition: Sendable {
  let tape: UInt64
  let slot: Int
  static let none = TapePosition(tape: 0, slot: 0)
  /// The slot of what depends on values of a scope around that the tape takes for constants.
  static let outside = -1
}

/// What one scope of recording leaves behind: for every operator that ran, where its outputs stand and how
/// a gradient travels back to its inputs. A list, in order of execution: walking it backwards needs no
/// recursion, and dropping each record as it is used frees the activations it held.
final class Tape {
  struct Record {
    let outputs: Range<Int>
    let pullback: Pullback
  }

  /// A value that stands for an owner, such as a parameter.
  struct Leaf {
    let owner: any AnyObject & Sendable
    let slot: Int
    /// How many records there were before it: none of these reads it.
    let recordsBefore: Int
  }

  enum Pullback {
    case edges([Edge])
    case joint(inputs: [Int?], ([Tensor?]) -> [Tensor?])
  }

  /// What a tape is for.
  enum Role {
    /// Differentiation. What it reads of a tape around is constant to it, and stands `outside`.
    case recording
    /// Finding out what a recomputed block reads of the tape around: records are dropped at once.
    case scouting
    /// Recording such a block again.
    case recomputing
  }

  /// A scope that ended inside another.
  struct EndedScope {
    let name: String
    let role: Role
    /// What it had read of the tape around.
    let read: [Int]

    /// Why its values have no gradient there.
    func reason(shape: Shape) -> String {
      role == .recording
        ? "\(name) inside a recording: its result depends on values of that recording (the first it read has the shape "
          + "\(shape)), and a gradient is asked for through it, which takes second derivatives; these are not known. "
          + "detached() makes a constant of the result"
        : "\(name): a value of the block that is none of its results is used outside, and has no gradient there; "
          + "return it as a result, or use it detached()"
    }
  }

  let identity: UInt64
  let role: Role
  /// The function whose scope it is.
  let name: String
  private let outer: Tape?
  // For each value of the outer tape that was read, the one that stands for it here, and in which order they
  // came.
  private var entered: [Int: Int] = [:]
  private(set) var borrowed: [(outer: Int, inner: Int)] = []
  /// The streams of random numbers that were drawn from, so that the second run draws the same.
  var randomStreams: [UInt64] = []
  // The scopes that ended inside this one, by their tapes.
  private var ended: [UInt64: EndedScope] = [:]
  private var isSpent = false
  private(set) var records: [Record] = []
  private(set) var values: [(shape: Shape, dtype: DType)] = []
  private(set) var leaves: [ObjectIdentifier: Leaf] = [:]

  private static let nextIdentity = Atomic<UInt64>(1)

  init(_ role: Role, of name: String, inside outer: Tape?) {
    (self.role, self.name, self.outer) = (role, name, outer)
    identity = Self.nextIdentity.add(1, ordering: .relaxed).oldValue
  }

  /// The tape of the scope that this thread is in.
  static var current: Tape? {
    guard let pointer = ck_this_thread().pointee.tape else { return nil }
    return Unmanaged<Tape>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Runs a closure with `tape` (or none) as this thread's current one.
  static func with<Result>(_ tape: Tape?, _ body: () throws -> Result) rethrows -> Result {
    let thread = ck_this_thread()!
    let outer = thread.pointee.tape
    thread.pointee.tape = tape.map { Unmanaged.passUnretained($0).toOpaque() }
    defer { thread.pointee.tape = outer }
    return try withExtendedLifetime(tape) { try body() }
  }

  /// A new value on the tape.
  func add(_ tensor: Tensor) -> Tensor {
    values.append((tensor.shape, tensor.dtype))
    var result = tensor
    result.position = TapePosition(tape: identity, slot: values.count - 1)
    return result
  }

  /// Inputs as values of their own; what they were to a scope around, it still knows.
  func enter(_ inputs: [Tensor]) -> [Tensor] {
    for input in inputs { _ = slot(of: input) }
    return inputs.map(add)
  }

  /// Whether a block runs on it for the second time.
  var isRecomputing: Bool { role == .recomputing || outer?.isRecomputing ?? false }

  /// The next stream of random numbers: a new one, noted where the block will run again; the noted one where
  /// it does.
  func randomStream(or draw: () -> UInt64) -> UInt64 {
    switch role {
    case .recording: return outer?.randomStream(or: draw) ?? draw()
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
  func leaf(of owner: any AnyObject & Sendable, _ value: Tensor) -> Tensor {
    var result = value
    if let known = leaves[ObjectIdentifier(owner)] {
      result.position = TapePosition(tape: identity, slot: known.slot)
      return result
    }
    // To a scope around it is a leaf, too.
    let entered = outer.map { outer in slot(of: outer.leaf(of: owner, value))! }
    if let entered, role != .recording {
      result.position = TapePosition(tape: identity, slot: entered)
      return result
    }
    result = add(value)
    leaves[ObjectIdentifier(owner)] = Leaf(
      owner: owner, slot: result.position.slot, recordsBefore: records.count)
    return result
  }

  /// Where a tensor stands on this tape, nil for a constant. A value of the tape around enters it.
  func slot(of tensor: Tensor) -> Int? {
    let tape = tensor.position.tape
    if tape == identity { return tensor.position.slot }
    if tape == 0 { return nil }
    if let scope = ended[tape] { return slot(of: tensor, from: scope) }
    return outer?.slot(of: tensor).map { enter($0, tensor) }
  }

  /// Where a tensor stands on this tape, nil where no gradient of it can be asked for here.
  func differentiableSlot(of tensor: Tensor) -> Int? {
    let slot = slot(of: tensor)
    return slot == TapePosition.outside ? nil : slot
  }

  private func enter(_ slot: Int, _ tensor: Tensor) -> Int {
    if let known = entered[slot] { return known }
    let isConstant = role == .recording || slot == TapePosition.outside
    let inner = isConstant ? TapePosition.outside : add(tensor).position.slot
    entered[slot] = inner
    borrowed.append((slot, inner))
    return inner
  }

  /// Where a value stands that a scope inside left behind: it may depend on whatever that read of this tape, but how was
  /// not recorded. So it has a place here, and no gradient.
  private func slot(of tensor: Tensor, from scope: EndedScope) -> Int? {
    let inputs = scope.read.filter { $0 != TapePosition.outside }
    guard let first = inputs.first else { return scope.read.isEmpty ? nil : TapePosition.outside }
    let reason = scope.reason(shape: values[first].shape)
    return append([tensor], .joint(inputs: inputs) { _ in fatalError(reason) })[0].position.slot
  }

  /// Ends a scope inside another: the tape around learns what it read.
  func end() {
    guard let outer else { return }
    let read = borrowed.map(\.outer)
    outer.ended[identity] = EndedScope(name: name, role: role, read: read)
    for (tape, scope) in ended {
      outer.ended[tape] = EndedScope(name: scope.name, role: scope.role, read: read)
    }
  }

  /// A value that leaves the scope.
  func released(_ tensor: Tensor) -> Tensor {
    var result = tensor.detached()
    if outer != nil && !borrowed.isEmpty {
      result.position = TapePosition(tape: identity, slot: TapePosition.outside)
    }
    return result
  }

  func append(_ outputs: [Tensor], _ pullback: Pullback) -> [Tensor] {
    let first = values.count
    let placed = outputs.map(add)
    if role != .scouting { records.append(Record(outputs: first..<values.count, pullback: pullback)) }
    return placed
  }

  func append(_ output: Tensor, _ edges: [Edge]) -> Tensor {
    var edges = edges
    if edges.contains(where: { $0.slot == TapePosition.outside }) {
      edges.removeAll { $0.slot == TapePosition.outside }
      if edges.isEmpty { return outside(output) }
    }
    let placed = add(output)
    if role != .scouting {
      records.append(
        Record(outputs: placed.position.slot..<placed.position.slot + 1, pullback: .edges(edges)))
    }
    return placed
  }

  /// A value that depends on nothing but values of a scope around.
  func outside(_ tensor: Tensor) -> Tensor {
    var result = tensor
    result.position = TapePosition(tape: identity, slot: TapePosition.outside)
    return result
  }

  /// The gradients of some values, taken together, with respect to the tape's `wanted` values, given their own gradients.
  /// Uses the records up, unless they are to be used again. `observe` is told each leaf's gradient as soon as nothing more
  /// can be added to it.
  func backward(
    from outputs: [(slot: Int, seed: Tensor)], wanted: Set<Int>, reusable: Bool = false,
    observe: ((_ leaf: any AnyObject & Sendable, Tensor) -> Void)? = nil
  ) -> [Int: Tensor] {
    require(
      !isSpent,
      "a pullback is called a second time, and what it needs is gone: pullback(at:reusable:) keeps it")
    isSpent = !reusable
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

    var incomplete = observe == nil ? [] : leaves.values.sorted { $0.slot < $1.slot }
    func complete(leavesBehind rest: Int) {
      while let leaf = incomplete.last, leaf.recordsBefore >= rest {
        incomplete.removeLast()
        if let gradient = gradients[leaf.slot] { observe!(leaf.owner, gradient.detached()) }
      }
    }

    Tape.with(nil) {
      var rest = records.count
      defer { complete(leavesBehind: 0) }
      while rest > 0 {
        complete(leavesBehind: rest)
        rest -= 1
        let record = reusable ? records[rest] : records.removeLast()
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
