import CKernels

/// One number per spatial axis, or one for all of them: `2`, or `[1, 2, 2]`.
public struct PerAxis: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  private let numbers: [Int]

  /// One number for all axes.
  public init(_ number: Int) { numbers = [number] }
  /// One number for all axes.
  public init(integerLiteral number: Int) { numbers = [number] }
  /// A number per axis.
  public init(arrayLiteral numbers: Int...) { self.numbers = numbers }

  /// The number for each of `axes` axes.
  public func sizes(axes: Int) -> [Int] { values(axes, "a value per axis:") }

  func values(_ axes: Int, _ name: String) -> [Int] {
    require(
      numbers.count == 1 || numbers.count == axes, "\(name) \(numbers) for \(axes) spatial axes")
    return numbers.count == axes ? numbers : Array(repeating: numbers[0], count: axes)
  }
}

/// How a convolution's or pooling's input is padded.
public struct Padding: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  let before: PerAxis
  let after: PerAxis
  let keepsSize: Bool

  /// As many positions before as after.
  public init(integerLiteral number: Int) { self.init(before: PerAxis(number), after: PerAxis(number)) }
  /// A number per axis, the same on both ends.
  public init(arrayLiteral numbers: Int...) {
    require(!numbers.isEmpty, "a padding of no axes")
    let sizes = numbers.map { "\($0)" }
    require(numbers.allSatisfy { $0 >= 0 }, "a negative padding: \(sizes)")
    self.init(before: PerAxis(numbers), after: PerAxis(numbers))
  }

  /// The same on both ends of each axis.
  public init(_ each: PerAxis) { self.init(before: each, after: each) }

  /// Different on the two ends.
  public init(before: PerAxis, after: PerAxis) {
    (self.before, self.after, keepsSize) = (before, after, false)
  }

  private init(keepsSize: Bool) {
    (before, after, self.keepsSize) = (0, 0, keepsSize)
  }

  /// As much as keeps the size at stride 1; where that is odd, one more after than before.
  public static let same = Padding(keepsSize: true)

  func values(kernel: [Int], dilation: [Int]) -> (before: [Int], after: [Int]) {
    if keepsSize {
      let total = zip(kernel, dilation).map { ($0 - 1) * $1 }
      return (total.map { $0 / 2 }, total.map { $0 - $0 / 2 })
    }
    return (before.values(kernel.count, "padding"), after.values(kernel.count, "padding"))
  }
}

extension PerAxis {
  fileprivate init(_ numbers: [Int]) { self.numbers = numbers }
}

/// How a kernel steps over its input.
public struct Window: Sendable, Hashable {
  /// Positions from one output to the next.
  public var stride: PerAxis
  /// Zeros around the input.
  public var padding: Padding
  /// Input positions from one kernel element to the next.
  public var dilation: PerAxis
  /// Independent groups that the channels are divided into.
  public var groups: Int

  /// Stride 1, no padding, dense, one group unless told otherwise.
  public init(stride: PerAxis = 1, padding: Padding = 0, dilation: PerAxis = 1, groups: Int = 1) {
    (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
  }
}

/// The geometry along the spatial axes, checked once: what the plans of convolution and pooling share.
struct WindowGeometry {
  let kernel: [Int], stride: [Int], dilation: [Int], before: [Int], after: [Int]

  init(kernel: [Int], _ window: Window, _ operation: String) {
    self.kernel = kernel
    stride = window.stride.values(kernel.count, "stride")
    dilation = window.dilation.values(kernel.count, "dilation")
    (before, after) = window.padding.values(kernel: kernel, dilation: dilation)
    require(
      (kernel + stride + dilation).allSatisfy { $0 > 0 } && (before + after).allSatisfy { $0 >= 0 },
      "\(operation): kernel \(kernel), stride \(stride), dilation \(dilation) must be positive, "
        + "padding \(before), \(after) not negative")
  }

  /// The input positions that one output reads, from first to last.
  var extent: [Int] { zip(kernel, dilation).map { ($0 - 1) * $1 + 1 } }

  /// The sizes of the output over an input; negative where the kernel doesn't fit.
  func outputSizes(_ input: [Int], ceilMode: Bool = false) -> [Int] {
    input.indices.map { axis in
      let room = input[axis] + before[axis] + after[axis] - extent[axis]
      if room < 0 { return -1 }
      guard ceilMode else { return room / stride[axis] + 1 }
      // A window must start inside the input or the padding before it.
      let size = (room + stride[axis] - 1) / stride[axis] + 1
      return (size - 1) * stride[axis] >= input[axis] + before[axis] ? size - 1 : size
    }
  }
}

/// Three numbers for the kernels, which always see three spatial axes: missing leading ones are `filler`.
func threeAxes(_ values: [Int], filler: Int64) -> (Int64, Int64, Int64) {
  let padded = Array(repeating: filler, count: 3 - values.count) + values.map(Int64.init)
  return (padded[0], padded[1], padded[2])
}
