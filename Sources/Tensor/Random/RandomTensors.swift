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
    self.init(uninitialized: shape, dtype)
    let (count, stream) = (Int64(elementCount), seed ?? Self.nextStream())
    switch dtype {
    case .float32: ck_random_uniform_f32(stream, 0, count, range.lowerBound, range.upperBound, f32)
    case .float64: ck_random_uniform_f64(stream, 0, count, range.lowerBound, range.upperBound, f64)
    case .bfloat16: self = Kernel.rounded(Tensor(uniform: shape, in: range, seed: stream))
    default: Kernel.unsupported("a uniform distribution", dtype)
    }
  }

  /// Normally distributed random values. The same seed gives the same values.
  public init(
    normal shape: Shape, mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32,
    seed: UInt64? = nil
  ) {
    self.init(uninitialized: shape, dtype)
    let (count, stream) = (Int64(elementCount), seed ?? Self.nextStream())
    switch dtype {
    case .float32: ck_random_normal_f32(stream, 1, count, mean, standardDeviation, f32)
    case .float64: ck_random_normal_f64(stream, 1, count, mean, standardDeviation, f64)
    case .bfloat16:
      self = Kernel.rounded(
        Tensor(normal: shape, mean: mean, standardDeviation: standardDeviation, seed: stream))
    default: Kernel.unsupported("a normal distribution", dtype)
    }
  }

  /// 1 with the given probability, otherwise 0.
  public init(
    bernoulli shape: Shape, probability: Double, dtype: DType = .float32, seed: UInt64? = nil
  ) {
    self.init(uninitialized: shape, dtype)
    let (count, stream) = (Int64(elementCount), seed ?? Self.nextStream())
    switch dtype {
    case .float32: ck_random_bernoulli_f32(stream, 2, count, probability, f32)
    case .float64: ck_random_bernoulli_f64(stream, 2, count, probability, f64)
    case .bfloat16: self = Kernel.rounded(Tensor(bernoulli: shape, probability: probability, seed: stream))
    default: Kernel.unsupported("a Bernoulli distribution", dtype)
    }
  }

  /// 0 ..< count in random order, `int32`.
  public init(permutation count: Int, seed: UInt64? = nil) {
    Kernel.requireIndices(count, "a permutation")
    self.init(uninitialized: [count], .int32)
    ck_random_permutation(seed ?? Self.nextStream(), 3, Int64(count), i32)
  }
}
