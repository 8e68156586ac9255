import Tensor

/// Which samples an epoch visits, and in which order. An epoch usually has as many visits as there are samples.
public enum Sampling: Sendable, Equatable {
  /// By index. An epoch of more visits starts over, the next epoch goes on where one of fewer ended.
  case inOrder
  /// In random order, each sample once before any comes again: the epochs cut an endless row of whole shuffled passes.
  case shuffled
  /// Each visit drawn by itself, in proportion to the samples' weights: a sample may come several times, or never. For
  /// classes that are rare.
  case weighted([Double])
}

/// The part of each epoch that one of several processes takes: where one loader's batches would hold
/// `count · batchSize` samples, the shards' hold `batchSize` of these each, the same ones together.
public struct Shard: Sendable, Equatable {
  /// Which part this is, from 0.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// Part `index` of `count`.
  public init(_ index: Int, of count: Int) {
    require(count > 0 && 0 <= index && index < count, "Shard: part \(index) of \(count)")
    self.index = index
    self.count = count
  }

  /// Everything.
  public static let whole = Shard(0, of: 1)
}

/// One visit of a sample in an epoch.
struct Visit {
  let index: Int
  /// How often the epoch visited the sample before: each time it gets other random numbers.
  let repetition: Int
}

extension Sampling {
  /// The samples' indices in an epoch of `length` visits; `pass` gives the generator of an epoch or a pass.
  func indices(epoch: Int, length: Int, of count: Int, _ pass: (Int) -> SeededGenerator) -> [Int] {
    guard length > 0 else { return [] }
    let start = epoch * length
    switch self {
    case .inOrder:
      return (start..<start + length).map { $0 % count }
    case .shuffled:
      let passes = start / count...(start + length - 1) / count
      let row = passes.flatMap { number in
        var generator = pass(number).fork(-1)
        return (0..<count).shuffled(using: &generator)
      }
      return Array(row.dropFirst(start % count).prefix(length))
    case .weighted(let weights):
      var generator = pass(epoch).fork(-1)
      var sum = 0.0
      let sums = weights.map { weight in
        sum += weight
        return sum
      }
      let last = weights.lastIndex { $0 > 0 }!
      return (0..<length).map { _ in min(sums.firstIndex(above: generator.uniform(0..<sum)), last) }
    }
  }

  func check(count: Int) {
    guard case .weighted(let weights) = self, count > 0 else { return }
    let sum = weights.reduce(0, +)
    require(
      weights.count == count && weights.allSatisfy { $0 >= 0 } && sum > 0 && sum.isFinite,
      "DataLoader: \(weights.count) weights for \(count) samples; they must not be negative, and their sum a number above 0"
    )
  }
}

extension [Double] {
  /// Of ascending numbers, the place of the first above a value; the end where there is none.
  fileprivate func firstIndex(above value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
