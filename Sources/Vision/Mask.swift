import CVision
import Tensor

/// A set of pixels: 1 where a pixel belongs to it, 0 elsewhere.
public struct Mask: Sendable, Hashable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// 0 or 1 for each pixel `[height, width]`.
  public private(set) var values: [UInt8]

  /// A mask of the given values `[height, width]`; everything but 0 is set.
  public init(height: Int, width: Int, values: [UInt8]) {
    require(
      width > 0 && height > 0 && values.count == width * height,
      "Mask: \(values.count) values for \(height)×\(width)")
    self.width = width
    self.height = height
    self.values = values.map { min($0, 1) }
  }

  /// A mask of the given values `[height, width]`, all 0 or 1, which are taken as they are.
  init(height: Int, width: Int, bits: [UInt8]) {
    require(
      width > 0 && height > 0 && bits.count == width * height,
      "Mask: \(bits.count) values for \(height)×\(width)")
    (self.width, self.height, values) = (width, height, bits)
  }

  /// A mask whose values, 0 or 1, a kernel writes.
  init(height: Int, width: Int, writing: (UnsafeMutablePointer<UInt8>) -> Void) {
    require(width > 0 && height > 0, "Mask: a size of \(height)×\(width)")
    self.width = width
    self.height = height
    let count = width * height
    values = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      writing(buffer.baseAddress!)
      initialized = count
    }
  }

  /// A mask with no pixel set.
  public init(height: Int, width: Int) {
    self.init(height: height, width: width, values: [UInt8](repeating: 0, count: width * height))
  }

  /// The pixels whose centres a box covers.
  public init(_ box: Box, height: Int, width: Int) {
    self.init(height: height, width: width)
    let inside = box.clipped(height: height, width: width)
    guard !inside.isEmpty else { return }
    func pixels(_ low: Double, _ high: Double) -> Range<Int> {
      Int((low - 0.5).rounded(.up))..<Int((high - 0.5).rounded(.up))
    }
    for y in pixels(inside.y, inside.maxY) {
      for x in pixels(inside.x, inside.maxX) { values[y * width + x] = 1 }
    }
  }

  /// The pixels of an image whose luma is at least the threshold.
  public init(_ image: Image, threshold: UInt8 = 128) {
    let grey = image.converted(to: .grey)
    self.init(
      height: image.height, width: image.width, bits: grey.pixels.map { $0 >= threshold ? 1 : 0 })
  }

  /// The pixels of a label map with one label, or with any but 0.
  public init(_ labels: IndexedImage, label: UInt8? = nil) {
    let values = label.map { label in labels.indices.map { $0 == label ? 1 : 0 as UInt8 } } ?? labels.indices
    self.init(height: labels.height, width: labels.width, values: values)
  }

  /// Whether the pixel in column `x`, row `y` is set.
  public subscript(x: Int, y: Int) -> Bool {
    get { values[index(x, y)] != 0 }
    set { values[index(x, y)] = newValue ? 1 : 0 }
  }

  private func index(_ x: Int, _ y: Int) -> Int {
    require(0 <= x && x < width && 0 <= y && y < height, "Mask: no (\(x), \(y)) in \(height)×\(width)")
    return y * width + x
  }

  /// The number of set pixels.
  public var area: Int { values.reduce(0) { $0 + Int($1) } }

  /// The smallest box around the set pixels; nil when none is set.
  public var boundingBox: Box? {
    let extents = rowExtents
    guard let top = extents.firstIndex(where: { $0.last >= 0 }) else { return nil }
    let bottom = extents.lastIndex { $0.last >= 0 }!
    let left = extents.reduce(width) { min($0, $1.first) }
    let right = extents.reduce(-1) { max($0, $1.last) }
    return Box(
      x: Double(left), y: Double(top), width: Double(right - left + 1), height: Double(bottom - top + 1))
  }

  /// The first and last set column of each row; the width and -1 where none is.
  var rowExtents: [(first: Int, last: Int)] {
    var first = [Int64](repeating: 0, count: height), last = first
    ck_mask_extents(Int64(height), Int64(width), values, &first, &last)
    return zip(first, last).map { (Int($0), Int($1)) }
  }

  /// The common pixels over those of either, 0…1; 1 when both masks are empty, as in DAVIS.
  public func iou(_ other: Mask) -> Double {
    require(
      width == other.width && height == other.height,
      "Mask.iou: \(height)×\(width) and \(other.height)×\(other.width)")
    let counts = ck_mask_compare(Int64(values.count), values, other.values)
    return counts.either == 0 ? 1 : Double(counts.both) / Double(counts.either)
  }

  /// The mask at another size: each pixel takes the nearest one.
  public func resized(height: Int, width: Int) -> Mask {
    grey.resized(height: height, width: width, interpolation: .nearestExact).asMask
  }

  /// The mask with its longer side of the given length, in its own proportions.
  public func resized(longestSide: Int) -> Mask {
    grey.resized(longestSide: longestSide, interpolation: .nearestExact).asMask
  }

  /// The part of the mask whose top-left corner is at (x, y); nothing is set outside the mask.
  public func cropped(x: Int, y: Int, height: Int, width: Int) -> Mask {
    grey.cropped(x: x, y: y, height: height, width: width).asMask
  }

  /// The mask mirrored left to right.
  public func flippedHorizontally() -> Mask { grey.flippedHorizontally().asMask }

  /// The mask mirrored top to bottom.
  public func flippedVertically() -> Mask { grey.flippedVertically().asMask }

  /// The mask after an affine map, seen through a window of the given size at the origin.
  public func warped(by map: Affine, height: Int, width: Int) -> Mask {
    grey.warped(by: map, height: height, width: width, interpolation: .nearestExact).asMask
  }

  /// The mask as a grey image: 255 where it is set.
  public var image: Image {
    Image(height: height, width: width, channels: 1, pixels: values.map { $0 &* 255 })
  }

  /// The values as levels, which the image's operations move without a copy of their own.
  private var grey: Image { Image(height: height, width: width, channels: 1, pixels: values) }
}

extension Image {
  /// The mask whose values these pixels are.
  fileprivate var asMask: Mask { Mask(height: height, width: width, bits: pixels) }
}
