import Foundation

/// A small seeded random generator (SplitMix64: Steele, Lea and Flood, OOPSLA 2014): the same seed gives
/// the same numbers on every machine, and a fork by a key gives an independent stream of its own.
///
/// Whatever must not depend on timing or order (a sample of an epoch, a frame of a synthetic video) draws
/// from a fork of its own: `SeededGenerator(seed: 7).fork(epoch).fork(index)`.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  /// The stream that starts at `seed`.
  public init(seed: UInt64) {
    state = Self.mix(seed)
  }

  /// The next 64 uniformly distributed bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// An independent stream named by `key`. Depends on what was drawn so far, and draws nothing itself.
  public func fork(_ key: Int) -> SeededGenerator {
    SeededGenerator(seed: state ^ Self.mix(UInt64(bitPattern: Int64(key)) &+ 0xd1b5_4a32_d192_ed03))
  }

  /// A number uniformly distributed over `range`.
  public mutating func uniform(_ range: Range<Double> = 0..<1) -> Double {
    let unit = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// A whole number uniformly distributed over `range`, which must not be empty.
  public mutating func integer(_ range: Range<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// A normally distributed number (Box and Muller's transform).
  public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return mean + standardDeviation * radius * cos(2 * .pi * uniform())
  }

  /// True with the given probability.
  public mutating func bool(probability: Double = 0.5) -> Bool {
    uniform() < probability
  }

  /// SplitMix64's finaliser: a bijection that scatters neighbouring values.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
