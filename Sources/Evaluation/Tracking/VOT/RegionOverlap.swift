import CVision
import Vision

/// How the toolkits of the VOT challenges turn regions into pixels before they compare them. They round corners to whole
/// pixels, and count those on an outline to the region.
public enum RegionRasterization: Sendable {
  /// The C library of the toolkits up to 2019 (Kristan et al., TPAMI 2016): a box is the polygon of its corners. Two
  /// regions whose bounding boxes share no area don't overlap.
  case library
  /// The Python toolkit of 2020 and later: a box has as many columns and rows as its width and height, rounded. Two
  /// regions without pixels are the same.
  case toolkit
}

/// Columns and rows of pixels, the last ones with it.
public struct PixelWindow: Sendable, Equatable {
  var left, top, right, bottom: Int

  /// The pixels from the image's first to the given last column and row.
  public init(lastColumn: Int, lastRow: Int) { (left, top, right, bottom) = (0, 0, lastColumn, lastRow) }

  init(left: Int, top: Int, right: Int, bottom: Int) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
  }

  var height: Int { bottom - top + 1 }
  var width: Int { right - left + 1 }

  func union(_ other: PixelWindow) -> PixelWindow {
    PixelWindow(
      left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
      bottom: max(bottom, other.bottom))
  }

  func intersection(_ other: PixelWindow?) -> PixelWindow {
    guard let other else { return self }
    return PixelWindow(
      left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
      bottom: min(bottom, other.bottom))
  }
}

extension Region {
  /// The pixels that two regions share over those of either, within some pixels or anywhere.
  ///
  /// Nil where there is nothing to compare: a region has a coordinate that is not finite, or neither has a pixel there (the
  /// Python toolkit has a number for that).
  public func overlap(
    _ other: Region, within bounds: PixelWindow?, _ rasterization: RegionRasterization
  ) -> Double? {
    let shapes = [self, other].compactMap { PixelShape($0, rasterization) }
    guard shapes.count == 2 else { return nil }
    return switch rasterization {
    case .library: PixelShape.overlap(shapes[0], shapes[1], libraryBounds: bounds)
    case .toolkit: PixelShape.overlap(shapes[0], shapes[1], toolkitBounds: bounds)
    }
  }
}

/// A region on its way to pixels.
private enum PixelShape {
  case polygon([SIMD2<Float>], flatEdges: Bool)
  case box(PixelWindow)
  case mask(Mask, x: Int, y: Int)

  /// Further off than any image's pixels are, and near enough for every kind of number here.
  private static let furthest = 1e7
  /// More pixels than these are not compared.
  private static let mostPixels = 1 << 28

  /// Nil of a region with a coordinate that is not finite.
  init?(_ region: Region, _ rasterization: RegionRasterization) {
    func near(_ value: Double) -> Double { min(max(value, -Self.furthest), Self.furthest) }
    func rounded(_ value: Double) -> Double { near(Double(Float(value)).rounded(.toNearestOrEven)) }
    switch (region, rasterization) {
    case (.mask(let mask, let x, let y), _): self = .mask(mask, x: x, y: y)
    case (.box(let box), .toolkit):
      guard [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite) else { return nil }
      let (left, top) = (Int(rounded(box.x)), Int(rounded(box.y)))
      self = .box(
        PixelWindow(
          left: left, top: top, right: left + Int(rounded(box.width)) - 1,
          bottom: top + Int(rounded(box.height)) - 1))
    default:
      let corners = region.corners
      guard !corners.isEmpty, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
      let isToolkit = rasterization == .toolkit
      self = .polygon(
        corners.map { corner in
          isToolkit
            ? SIMD2(Float(rounded(corner.x)), Float(rounded(corner.y)))
            : SIMD2(Float(near(corner.x)), Float(near(corner.y)))
        }, flatEdges: isToolkit)
    }
  }

  /// The pixels around the region.
  private var window: PixelWindow {
    switch self {
    case .box(let window): return window
    case .mask(let mask, let x, let y):
      guard let box = mask.boundingBox else { return PixelWindow(left: x, top: y, right: x, bottom: y) }
      return PixelWindow(
        left: x + Int(box.x), top: y + Int(box.y), right: x + Int(box.maxX) - 1, bottom: y + Int(box.maxY) - 1
      )
    case .polygon(let corners, _):
      let low = corners.dropFirst().reduce(corners[0], pointwiseMin).rounded(.down)
      let high = corners.dropFirst().reduce(corners[0], pointwiseMax).rounded(.up)
      return PixelWindow(left: Int(low.x), top: Int(low.y), right: Int(high.x), bottom: Int(high.y))
    }
  }

  /// The pixels of a window: 1 where they are the region's.
  private func pixels(in window: PixelWindow) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: window.height * window.width)
    switch self {
    case .polygon(let corners, let flatEdges):
      let origin = SIMD2(Float(window.left), Float(window.top))
      let moved = corners.flatMap { corner in
        let place = (corner - origin).rounded(.toNearestOrAwayFromZero)
        return [place.x, place.y]
      }
      ck_mask_fill_rounded(
        Int64(window.height), Int64(window.width), flatEdges, Int64(corners.count), moved, &pixels)
    case .box(let box):
      let inside = box.intersection(window)
      for y in inside.top..<max(inside.bottom + 1, inside.top) {
        for x in inside.left..<max(inside.right + 1, inside.left) {
          pixels[(y - window.top) * window.width + x - window.left] = 1
        }
      }
    case .mask(let mask, let x, let y):
      return mask.cropped(x: window.left - x, y: window.top - y, height: window.height, width: window.width)
        .values
    }
    return pixels
  }

  private static func compare(_ a: PixelShape, _ b: PixelShape, in window: PixelWindow) -> ck_overlap_counts {
    let (first, second) = (a.pixels(in: window), b.pixels(in: window))
    return ck_mask_compare(Int64(first.count), first, second)
  }

  static func overlap(_ a: PixelShape, _ b: PixelShape, libraryBounds bounds: PixelWindow?) -> Double? {
    /// An extent's area as the library counts it, without the last column and row.
    func area(_ window: PixelWindow) -> Double { Double(window.width - 1) * Double(window.height - 1) }
    let (first, second) = (a.window.intersection(bounds), b.window.intersection(bounds))
    let window = first.union(second)
    guard window.width > 0, window.height > 0, window.width * window.height <= mostPixels else { return 0 }
    let ratio = area(first) / area(second)
    if ratio < 1e-10 || 1 / ratio < 1e-10 { return 0 }
    let common = area(first.intersection(second))
    if common / (area(first) + area(second) - common) <= 0 { return 0 }
    let counts = compare(a, b, in: window)
    return counts.either > 0 ? Double(counts.both) / Double(counts.either) : nil
  }

  static func overlap(_ a: PixelShape, _ b: PixelShape, toolkitBounds bounds: PixelWindow?) -> Double {
    let union = a.window.union(b.window)
    if union.width <= 1 || union.height <= 1 { return 1 }
    let window = union.intersection(bounds)
    guard window.width > 1, window.height > 1, window.width * window.height <= mostPixels else { return 0 }
    let counts = compare(a, b, in: window)
    return counts.either > 0 ? Double(counts.both) / Double(counts.either) : 0
  }
}
