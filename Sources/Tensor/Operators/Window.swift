import CKernels

/// One number for all spatial axes, or one for each: `2`, or `[1, 2, 2]`.
public protocol PerAxis: Padding {
  /// One number, or one for each axis.
  var numbers: [Int] { get }
}

extension Int: PerAxis {
  /// This number for all axes.
  public var numbers: [Int] { [self] }
}

extension Array: PerAxis, Padding where Element == Int {
  /// A number for each axis.
  public var numbers: [Int] { self }
}

extension PerAxis {
  /// The number for each of `axes` axes.
  public func sizes(axes: Int) -> [Int] { values(axes, "a value per axis:") }

  func values(_ axes: Int, _ name: String) -> [Int] {
    require(
      numbers.count == 1 || numbers.count == axes, "\(name) \(numbers) for \(axes) spatial axes")
    return numbers.count == axes ? numbers : Array(repeating: numbers[0], count: axes)
  }
}

/// How a convolution's or pooling's input is padded: `1`, `[0, 1, 1]`, `.same`, or `.uneven(before: 0, after: 1)`.
public protocol Padding: Sendable {
  /// The positions before and after the input, along each axis of a kernel.
  func widths(kernel: [Int], dilation: [Int]) -> (before: [Int], after: [Int])
}

extension PerAxis {
  /// As many positions before as after.
  public func widths(kernel: [Int], dilation: [Int]) -> (before: [Int], after: [Int]) {
    let widths = values(kernel.count, "padding")
    return (widths, widths)
  }
}

/// As much padding as keeps the size at stride 1; where that is odd, one more after than before.
public struct SamePadding: Padding {
  /// The positions before and after.
  public func widths(kernel: [Int], dilation: [Int]) -> (before: [Int], after: [Int]) {
    let total = zip(kernel, dilation).map { ($0 - 1) * $1 }
    return (total.map { $0 / 2 }, total.map { $0 - $0 / 2 })
  }
}

/// Padding that differs on the two ends.
public struct UnevenPadding: Padding {
  let before: any PerAxis
  let after: any PerAxis

  /// The positions before and after.
  public func widths(kernel: [Int], dilation: [Int]) -> (before: [Int], after: [Int]) {
    (before.values(kernel.count, "padding before"), after.values(kernel.count, "padding after"))
  }
}

extension Padding where Self == SamePadding {
  /// As much as keeps the size at stride 1; where that is odd, one more after than before.
  public static var same: SamePadding { SamePadding() }
}

extension Padding where Self == UnevenPadding {
  /// Different on the two ends.
  public static func uneven(before: any PerAxis, after: any PerAxis) -> UnevenPadding {
    UnevenPadding(before: before, after: after)
  }
}

/// How a kernel steps over its input: what the operators with such options hand on together.
package struct Window: Sendable {
  /// Positions from one output to the next.
  let stride: any PerAxis
  /// Zeros around the input.
  let padding: any Padding
  /// Input positions from one kernel element to the next.
  let dilation: any PerAxis
  /// Independent groups that the channels are divided into.
  package let groups: Int

  package init(_ stride: any PerAxis, _ padding: any Padding, _ dilation: any PerAxis, groups: Int = 1) {
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
    (before, after) = window.padding.widths(kernel: kernel, dilation: dilation)
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
