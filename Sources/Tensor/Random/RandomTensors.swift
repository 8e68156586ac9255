import CKernels
import Synchronization

/// Where the stream stands that random tensors come from where no generator is given, shared by all threads.
private let sharedState = Mutex<UInt64>(0)

/// Runs a block whose random tensors come from a stream of its own, as though `Tensor.randomState` had been set to `seed`
/// before it: what other threads draw, and what this one drew, does not matter to it, nor it to them. The innermost
/// scope counts, on its own thread.
public func withRandomSeed<Result>(_ seed: UInt64, _ body: () throws -> Result) rethrows -> Result {
  let thread = ck_this_thread()!
  let outer = thread.pointee
  (thread.pointee.has_random_state, thread.pointee.random_state) = (true, seed)
  defer {
    (thread.pointee.has_random_state, thread.pointee.random_state) = (
      outer.has_random_state, outer.random_state
    )
  }
  return try body()
}

extension Tensor {
  /// Where the random stream stands: that of this thread's `withRandomSeed`, or the one that all threads share. Setting it
  /// makes what follows repeatable: `Tensor.randomState = 42`.
  public static var randomState: UInt64 {
    get {
      let thread = ck_this_thread().pointee
      return thread.has_random_state ? thread.random_state : sharedState.withLock { $0 }
    }
    set {
      let thread = ck_this_thread()!
      if thread.pointee.has_random_state {
        thread.pointee.random_state = newValue
      } else {
        sharedState.withLock { $0 = newValue }
      }
    }
  }

  private static func nextStream() -> UInt64 {
    Tape.current?.randomStream(or: drawnStream) ?? drawnStream()
  }

  private static func drawnStream() -> UInt64 {
    let thread = ck_this_thread()!
    if thread.pointee.has_random_state {
      thread.pointee.random_state &+= 1
      return thread.pointee.random_state
    }
    return sharedState.withLock { state in
      state &+= 1
      return state
    }
  }

  /// Uniform random values from `range`, its end left out; rounded to bfloat16 they may reach it. The same seed gives the
  /// same values on every machine.
  public init(
    uniform shape: Shape, in range: Range<Double> = 0..<1, dtype: DType = .float32, seed: UInt64? = nil
  ) {
    let stream = seed ?? Self.nextStream()
    self = Kernel.draw("a uniform distribution", shape, dtype) {
      ck_random_uniform($0, stream, 0, $1, range.lowerBound, range.upperBound, $2)
    }
  }

  /// Normally distributed random values. The same seed gives the same values.
  public init(
    normal shape: Shape, mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32,
    seed: UInt64? = nil
  ) {
    let stream = seed ?? Self.nextStream()
    self = Kernel.draw("a normal distribution", shape, dtype) {
      ck_random_normal($0, stream, 1, $1, mean, standardDeviation, $2)
    }
  }

  /// 1 with the given probability, otherwise 0.
  public init(
    bernoulli shape: Shape, probability: Double, dtype: DType = .float32, seed: UInt64? = nil
  ) {
    let stream = seed ?? Self.nextStream()
    self = Kernel.draw("a Bernoulli distribution", shape, dtype) {
      ck_random_bernoulli($0, stream, 2, $1, probability, $2)
    }
  }

  /// 0 ..< count in random order, `int32`.
  public init(permutation count: Int, seed: UInt64? = nil) {
    Kernel.requireIndices(count, "a permutation")
    self.init(uninitialized: [count], .int32)
    ck_random_permutation(seed ?? Self.nextStream(), 3, Int64(count), i32)
  }
}

extension Kernel {
  /// Random numbers, of bfloat16 drawn as float32's.
  fileprivate static func draw(
    _ distribution: String, _ shape: Shape, _ dtype: DType,
    _ kernel: (ck_type, _ count: Int64, UnsafeMutableRawPointer) -> Bool
  ) -> Tensor {
    if dtype == .bfloat16 { return rounded(draw(distribution, shape, .float32, kernel)) }
    return make(distribution, shape, dtype) { kernel($0, Int64(shape.elementCount), $1) }
  }
}
