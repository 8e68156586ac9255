import CVision
import Tensor

extension Image {
  /// The image resampled to another size; labels by `.nearestExact`.
  public func resized(height: Int, width: Int, interpolation: Interpolation = .area) -> Image {
    if width == self.width && height == self.height { return self }
    guard let filter = interpolation.imageFilter else {
      let resized = tensor().expandingAxis(0).resized2d(
        height: height, width: width, interpolation: interpolation)
      return Image(resized.squeezed(axis: 0))
    }
    return Image(height: height, width: width, channels: channels) {
      ck_image_resize_u8(pixels, shape, $0, Int64(width), Int64(height), filter)
    }
  }

  /// The image resampled so that its longer side has the given length, in its own proportions.
  public func resized(longestSide: Int, interpolation: Interpolation = .area) -> Image {
    let (height, width) = Image.size(of: (self.height, self.width), longestSide: longestSide)
    return resized(height: height, width: width, interpolation: interpolation)
  }

  static func size(of size: (height: Int, width: Int), longestSide: Int) -> (height: Int, width: Int) {
    let scale = Double(longestSide) / Double(max(size.width, size.height))
    func scaled(_ length: Int) -> Int { max(1, Int((Double(length) * scale).rounded())) }
    return (scaled(size.height), scaled(size.width))
  }

  /// The part of the image whose top-left corner is at (x, y); `fill` lies where it leaves the image.
  public func cropped(x: Int, y: Int, height: Int, width: Int, fill: Color = .black) -> Image {
    require(width > 0 && height > 0, "Image.cropped: a size of \(height)×\(width)")
    let filling = fill.samples(channels: channels)
    let columns = max(x, 0)..<max(min(x + width, self.width), max(x, 0))
    var cropped: [UInt8] = []
    cropped.reserveCapacity(width * height * channels)
    func pad(_ count: Int) {
      for _ in 0..<count { cropped += filling }
    }
    for row in y..<y + height {
      guard (0..<self.height).contains(row), !columns.isEmpty else {
        pad(width)
        continue
      }
      let start = row * self.width
      pad(columns.lowerBound - x)
      cropped += pixels[(start + columns.lowerBound) * channels..<(start + columns.upperBound) * channels]
      pad(x + width - columns.upperBound)
    }
    return Image(height: height, width: width, channels: channels, pixels: cropped)
  }

  /// What a box shows, wherever it lies, resampled to another size without aliasing; beyond the image its edge is
  /// repeated.
  public func patch(_ box: Box, height: Int, width: Int) -> Image {
    require(
      !box.isEmpty && [box.x, box.y, box.maxX, box.maxY].allSatisfy { abs($0) < 1e6 },
      "Image.patch: no part \(box)")
    return Image(height: height, width: width, channels: channels) {
      ck_image_patch_u8(
        pixels, shape, [box.x, box.y, box.width, box.height], $0, Int64(width), Int64(height))
    }
  }

  /// The image mirrored left to right.
  public func flippedHorizontally() -> Image {
    Image(height: height, width: width, channels: channels) { ck_image_flip_u8(pixels, shape, $0) }
  }

  /// The image mirrored top to bottom.
  public func flippedVertically() -> Image {
    let row = width * channels
    var flipped: [UInt8] = []
    flipped.reserveCapacity(pixels.count)
    for y in (0..<height).reversed() { flipped += pixels[y * row..<(y + 1) * row] }
    return Image(height: height, width: width, channels: channels, pixels: flipped)
  }

  /// The image after an affine map, seen through a window of the given size at the origin; `fill` lies
  /// outside the image. Bilinear, or nearest for labels; a map that shrinks much wants `resized` first.
  public func warped(
    by map: Affine, height: Int, width: Int, interpolation: Interpolation = .linear, fill: Color = .black
  ) -> Image {
    require(
      interpolation != .cubic && interpolation != .area,
      "Image.warped: \(interpolation) is not nearest or linear")
    return Image(height: height, width: width, channels: channels) {
      ck_image_warp_u8(
        pixels, shape, $0, Int64(width), Int64(height), map.inverse.coefficients,
        interpolation == .linear, fill.samples(channels: channels))
    }
  }

  var shape: ck_image_shape {
    ck_image_shape(width: Int64(width), height: Int64(height), channels: Int64(channels))
  }
}

extension Interpolation {
  /// What the kernel for images of bytes has.
  fileprivate var imageFilter: ck_image_filter? {
    switch self {
    case .nearestExact: CK_NEAREST
    case .linear: CK_BILINEAR
    case .area: CK_AREA
    case .nearest, .cubic: nil
    }
  }
}
