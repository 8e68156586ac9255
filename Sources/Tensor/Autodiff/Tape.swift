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
///
/// A scope inside another records for both: its own values are those that depend on what it differentiates by, and each
/// value that also depends on the scope around has a place there too, and a record of the same way back. The way back
/// itself runs in whatever scope the caller is in, and is recorded there: so gradients have gradients.
final class Tape {
  /// A value: what its gradient looks like, and whether it depends on the scope around only.
  struct Value {
    let shape: Shape
    let dtype: DType
    var isConstant = false
  }

  /// A value that stands for an owner, such as a parameter.
  struct Leaf {
    let owner: any AnyObject & Sendable
    let slot: Int
    /// How many records there were before it: none of these reads it.
    let recordsBefore: Int
  }

  /// What a tape is for.
  enum Role {
    /// Differentiation. What it reads of a tape around is constant to it.
    case recording
    /// Finding out what a recomputed block reads of the tape around: records are dropped at once.
    case scouting
    /// Recording such a block again.
    case recomputing
  }

  /// Where the values of a tape stand on the one around it.
  final class Passage {
    let around: UInt64
    var slots: [Int?] = []
    init(to around: UInt64) { self.around = around }
  }

  /// What a tape knows of one inside it.
  private enum Scope {
    case passage(Passage)
    /// A recomputed block that has run: what it read here. How its inner values depend on that was not recorded.
    case block(read: [Int])
  }

  let identity: UInt64
  private let role: Role
  private let outer: Tape?
  private let passage: Passage?
  // The tapes inside, those inside these, and so on.
  private var scopes: [UInt64: Scope] = [:]
  // For each value of the outer tape that was read, the one that stands for it here.
  private var entered: [Int: Int] = [:]
  /// What a recomputed block reads of the tape around, in order.
  private(set) var borrowed: [Int] = []
  // The tape that a block is recomputed for, what it wants of it, and what stands for that here.
  private let source: Tape?
  private let sought: Set<Int>
  private(set) var found: [Int: Int] = [:]
  /// The streams of random numbers that were drawn from, so that the second run draws the same.
  var randomStreams: [UInt64] = []
  var isSpent = false
  var records: [Record] = []
  private(set) var values: [Value] = []
  private(set) var leaves: [ObjectIdentifier: Leaf] = [:]
  /// Whether a pullback is running whose operators are recorded here, and whether one has read the numbers of a value.
  var isOnTheWayBack = false
  var hasReadNumbers = false

  private static let nextIdentity = Atomic<UInt64>(1)

  init(_ role: Role, inside outer: Tape?, recomputing source: Tape? = nil, sought: Set<Int> = []) {
    (self.role, self.outer, self.source, self.sought) = (role, outer, source, sought)
    identity = Self.nextIdentity.add(1, ordering: .relaxed).oldValue
    passage = role == .scouting ? nil : outer.map { Passage(to: $0.identity) }
    if let passage {
      var tape = outer
      while let around = tape {
        around.scopes[identity] = .passage(passage)
        tape = around.outer
      }
    }
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

  // MARK: Values

  private func add(_ shape: Shape, _ dtype: DType) -> Int {
    values.append(Value(shape: shape, dtype: dtype))
    passage?.slots.append(nil)
    return values.count - 1
  }

  /// A new value on the tape.
  func add(_ tensor: Tensor) -> Tensor { placed(tensor, add(tensor.shape, tensor.dtype)) }

  private func placed(_ tensor: Tensor, _ slot: Int) -> Tensor {
    var result = tensor
    result.position = TapePosition(tape: identity, slot: slot)
    return result
  }

  /// Inputs as values of their own; what they were to a scope around, they still are.
  func enter(_ inputs: [Tensor]) -> [Tensor] {
    inputs.map { input in
      let result = add(input)
      passage?.slots[result.position.slot] = outer?.slot(of: input)
      return result
    }
  }

  /// The tape's value that stands for `owner`, entered on first use.
  func leaf(of owner: any AnyObject & Sendable, _ value: Tensor) -> Tensor {
    if let known = leaves[ObjectIdentifier(owner)] { return placed(value, known.slot) }
    if role != .recording {
      let leaf = (source ?? outer!).leaf(of: owner, value)
      return slot(of: leaf).map { placed(value, $0) } ?? value.detached()
    }
    let result = enter([outer?.leaf(of: owner, value) ?? value])[0]
    leaves[ObjectIdentifier(owner)] = Leaf(
      owner: owner, slot: result.position.slot, recordsBefore: records.count)
    return result
  }

  /// Where a tensor stands on this tape, nil for a constant. A value of the tape around enters it.
  func slot(of tensor: Tensor) -> Int? { slot(at: tensor.position, tensor.shape, tensor.dtype) }

  func slot(at position: TapePosition, _ shape: Shape, _ dtype: DType) -> Int? {
    if position.tape == 0 { return nil }
    var place = position
    while place.tape != identity {
      switch scopes[place.tape] {
      case .passage(let passage)?:
        guard let slot = passage.slots[place.slot] else { return nil }
        place = TapePosition(tape: passage.around, slot: slot)
      case .block(let read)?:
        let slot = unknown(
          shape, dtype, of: read,
          "recomputed: a value of the block that is none of its results is used outside, and has no gradient there; "
            + "return it as a result, or use it detached()")
        return slot
      case nil: return enter(position, shape, dtype)
      }
    }
    return place.slot
  }

  /// Where a tensor stands on this tape, nil where no gradient of it can be asked for here.
  func differentiableSlot(of tensor: Tensor) -> Int? {
    slot(of: tensor).flatMap { values[$0].isConstant ? nil : $0 }
  }

  private func enter(_ position: TapePosition, _ shape: Shape, _ dtype: DType) -> Int? {
    let theirs = outer?.slot(at: position, shape, dtype)
    if let source, let slot = source.slot(at: position, shape, dtype), sought.contains(slot) {
      if let known = found[slot] { return known }
      let own = add(shape, dtype)
      passage?.slots[own] = theirs
      found[slot] = own
      return own
    }
    guard let theirs else { return nil }
    if let known = entered[theirs] { return known }
    let own = add(shape, dtype)
    entered[theirs] = own
    if role == .scouting {
      borrowed.append(theirs)
    } else {
      values[own].isConstant = true
      passage!.slots[own] = theirs
    }
    return own
  }

  /// A value that leaves the scope: what it is to the scope around.
  func released(_ tensor: Tensor) -> Tensor {
    guard let outer, let slot = outer.slot(of: tensor) else { return tensor.detached() }
    return outer.placed(tensor, slot)
  }

  /// Ends the scope of a block that is to be computed again: the tapes around learn what it read.
  func endBlock() {
    var (tape, read) = (outer, borrowed)
    while let around = tape {
      around.scopes[identity] = .block(read: read)
      read = read.compactMap { slot in around.passage?.slots[slot] }
      tape = around.outer
    }
  }

  // MARK: Records

  func append(_ outputs: [Tensor], _ pullback: Pullback, of name: StaticString) -> [Tensor] {
    let first = values.count
    let placed = outputs.map(add)
    record(first..<values.count, pullback, of: name)
    return placed
  }

  /// How gradients travel back from values, here and, where they depend on it, on the tape around.
  func record(_ outputs: Range<Int>, _ pullback: Pullback, of name: StaticString) {
    if role == .scouting { return }
    guard let outer, let passage else {
      records.append(Record(outputs: outputs, pullback: pullback, name: name))
      return
    }
    if let own = pullback.mapped({ values[$0].isConstant ? nil : $0 }) {
      records.append(Record(outputs: outputs, pullback: own, name: name))
    } else {
      for slot in outputs { values[slot].isConstant = true }
    }
    if let theirs = pullback.mapped({ passage.slots[$0] }) {
      let first = outer.values.count
      for slot in outputs { passage.slots[slot] = outer.add(values[slot].shape, values[slot].dtype) }
      outer.record(first..<outer.values.count, theirs, of: name)
    }
  }

  /// A value of which nothing is known but what it depends on: asking for its gradient stops.
  func unknown(_ shape: Shape, _ dtype: DType, of inputs: [Int], _ reason: String) -> Int? {
    if inputs.isEmpty { return nil }
    let slot = add(shape, dtype)
    record(slot..<slot + 1, .unknown(inputs: inputs, reason), of: "")
    return slot
  }

  /// The tensor as a value of which nothing is known but what it depends on.
  func unknown(_ tensor: Tensor, of inputs: [Int], _ reason: String) -> Tensor {
    unknown(tensor.shape, tensor.dtype, of: inputs, reason).map { placed(tensor, $0) } ?? tensor
  }

  // MARK: Random numbers

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
}
