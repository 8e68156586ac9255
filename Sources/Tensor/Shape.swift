/// The sizes of a tensor's axes, at most eight, the last one contiguous in memory. Kept inline: making one
/// allocates nothing. Indices count from the end where negative: `shape[-1]` is the last axis.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private var sizes = Sizes()
  private var rankStorage: Int32 = 0

  /// 32 bits a size: every tensor holds a shape, and a tape one for each of its values. Two vectors of four, not one of
  /// eight: the compiler (6.3) mishandles values aligned to more than 16 bytes in asynchronous functions, tests with
  /// arguments among them.
  private struct Sizes: Hashable {
    var first = SIMD4<UInt32>()
    var last = SIMD4<UInt32>()

    subscript(axis: Int) -> Int {
      get { Int(axis < 4 ? first[axis] : last[axis - 4]) }
      set {
        require(
          UInt32(exactly: newValue) != nil,
          "axis \(axis) of a tensor has a size from 0 to \(Shape.maximumSize), not \(newValue)")
        if axis < 4 { first[axis] = UInt32(newValue) } else { last[axis - 4] = UInt32(newValue) }
      }
    }
  }

  /// The largest number of axes.
  public static let maximumRank = 8
  /// The largest size of an axis.
  public static let maximumSize = Int(UInt32.max)

  /// The shape of a scalar.
  public init() {}

  /// A shape of the given sizes.
  public init(_ sizes: some Collection<Int>) {
    require(sizes.count <= Self.maximumRank, "a tensor has at most 8 axes, not \(sizes.count)")
    rankStorage = Int32(sizes.count)
    for (axis, size) in sizes.enumerated() { self.sizes[axis] = size }
  }

  /// A shape of the given sizes.
  public init(arrayLiteral sizes: Int...) { self.init(sizes) }

  /// The number of axes.
  public var rank: Int { Int(rankStorage) }

  /// The number of elements.
  public var elementCount: Int {
    var (result, overflows) = (1, false)
    for axis in 0..<rank {
      let product = result.multipliedReportingOverflow(by: sizes[axis])
      (result, overflows) = (product.partialValue, overflows || product.overflow)
    }
    return overflows ? largeElementCount : result
  }

  /// Where the sizes multiplied one after the other overflow: an axis of size 0 may follow.
  private var largeElementCount: Int {
    require((0..<rank).contains { sizes[$0] == 0 }, "a shape \(self) has more elements than can be counted")
    return 0
  }

  /// The sizes as an array.
  public var dimensions: [Int] { Array(self) }

  /// The sizes in brackets.
  public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }

  /// Elements between neighbours along each axis of a contiguous tensor of this shape.
  public var strides: [Int] {
    var result = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      // Of nothing, where this may overflow, they don't matter.
      result[axis] = result[axis + 1] &* self[axis + 1]
    }
    return result
  }

  /// The axis counted from the front, given one that may count from the end.
  public func axis(_ axis: Int) -> Int {
    let result = axis < 0 ? axis + rank : axis
    require(result >= 0 && result < rank, "axis \(axis) is not one of shape \(self)")
    return result
  }

  /// The axes counted from the front, ascending, each once; all of them where none is named.
  func axes(_ axes: (any Axes)?) -> [Int] {
    guard let axes else { return Array(indices) }
    let result = axes.axes.map(axis).sorted()
    require(Set(result).count == result.count, "an axis is named twice in \(axes.axes)")
    return result
  }
}

/// One axis, or several: `1`, or `[1, 2]`. Those below 0 count from the end.
public protocol Axes: Sendable {
  /// The axes, in order.
  var axes: [Int] { get }
}

extension Int: Axes {
  /// This axis alone.
  public var axes: [Int] { [self] }
}

extension Array: Axes where Element == Int {
  /// These axes.
  public var axes: [Int] { self }
}

extension Shape: RandomAccessCollection, MutableCollection {
  /// The first axis.
  public var startIndex: Int { 0 }
  /// Behind the last axis.
  public var endIndex: Int { rank }

  /// The size of an axis, which may count from the end.
  public subscript(axis: Int) -> Int {
    get { sizes[self.axis(axis)] }
    set { sizes[self.axis(axis)] = newValue }
  }
}

extension Shape {
  /// This shape without some axes; where `keepingAxes`, they stay with size 1.
  func removing(_ axes: [Int], keepingAxes: Bool) -> Shape {
    if keepingAxes {
      var result = self
      for axis in axes { result[axis] = 1 }
      return result
    }
    return Shape(indices.filter { !axes.contains($0) }.map { self[$0] })
  }

  /// The common shape of two operands, axes aligned at the end, sizes of 1 stretched; nil where they don't fit.
  public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
    if a == b { return a }
    let rank = Swift.max(a.rank, b.rank)
    var result = Shape(repeatElement(1, count: rank))
    for axis in 1...Swift.max(rank, 1) where rank > 0 {
      let left = axis <= a.rank ? a[a.rank - axis] : 1
      let right = axis <= b.rank ? b[b.rank - axis] : 1
      guard left == right || left == 1 || right == 1 else { return nil }
      result[rank - axis] = left == 1 ? right : left
    }
    return result
  }

  /// Strides that read a contiguous tensor of this shape as one of the larger shape `target`: 0 where stretched.
  func strides(broadcastTo target: Shape) -> [Int] {
    let own = strides
    return target.indices.map { axis in
      let mine = axis - (target.rank - rank)
      return mine < 0 || self[mine] == 1 ? 0 : own[mine]
    }
  }
}

// As the sizes of kernels.
extension Shape {
  /// The elements before, along and after an axis.
  func split(at axis: Int) -> (outer: Int64, size: Int64, inner: Int64) {
    let front = self.prefix(axis).reduce(1, *)
    let back = self.suffix(from: axis + 1).reduce(1, *)
    return (Int64(front), Int64(self[axis]), Int64(back))
  }

  /// The elements before, along and after neighbouring axes.
  func split(around axes: Range<Int>) -> (outer: Int64, size: Int64, inner: Int64) {
    let front = self.prefix(axes.lowerBound).reduce(1, *)
    let back = self.suffix(from: axes.upperBound).reduce(1, *)
    return (Int64(front), Int64(self[axes].reduce(1, *)), Int64(back))
  }
}
