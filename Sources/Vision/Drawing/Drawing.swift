import Tensor

extension Image {
  /// Fills a shape, with antialiased edges.
  public mutating func fill(_ shape: Outline, with color: Color, opacity: Double = 1) {
    let samples = color.samples(channels: channels).map(Float.init)
    let channels = channels
    let width = width
    pixels.withUnsafeMutableBufferPointer { pixels in
      Rasterizer(height: height, width: width).scan(shape) { y, firstColumn, coverage in
        var index = (y * width + firstColumn) * channels
        for cover in coverage {
          let weight = cover * Float(opacity)
          for c in 0..<channels where weight > 0 {
            let old = Float(pixels[index + c])
            pixels[index + c] = UInt8(old + weight * (samples[c] - old) + 0.5)
          }
          index += channels
        }
      }
    }
  }

  /// Draws a line through points, with round ends and corners.
  public mutating func draw(line points: [Point], color: Color, thickness: Double = 2) {
    fill(.line(points, thickness: thickness), with: color)
  }

  /// Draws the outline of a box, on whole pixels and inwards.
  public mutating func draw(_ box: Box, color: Color, thickness: Int = 2) {
    let (left, top) = (box.x.rounded(), box.y.rounded())
    let whole = Box(x: left, y: top, width: box.maxX.rounded() - left, height: box.maxY.rounded() - top)
    if !whole.isEmpty { fill(.frame(whole, thickness: Double(thickness)), with: color) }
  }

  /// Draws the outline of a region, and its name where one is given, on a plate above it; pixels are tinted.
  public mutating func draw(_ region: Region, name: String? = nil, color: Color, thickness: Int = 2) {
    switch region {
    case .box(let box): draw(box, color: color, thickness: thickness)
    case .rotatedBox, .polygon:
      draw(line: region.corners + region.corners.prefix(1), color: color, thickness: Double(thickness))
    case .mask: overlay(Mask(of: region, height: height, width: width), color: color, contour: thickness)
    }
    if let name {
      draw(name, above: region.boundingBox, plate: color, unit: Double(max(thickness, 1)) / 2 + 0.5)
    }
  }

  /// Draws a name on a plate above a box, or at the image's edge where the box is not within.
  private mutating func draw(_ name: String, above box: Box, plate: Color, unit: Double) {
    let x = (box.x + 2 * unit).rounded(), y = (box.y - 9 * unit).rounded()
    let (right, bottom) = (
      Double(width) - Outline.textWidth(name, unit: unit) - 2 * unit, Double(height) - 9 * unit
    )
    draw(
      name, x: max(2 * unit, min(x, right)), y: max(2 * unit, min(y, bottom)),
      color: plate.samples(channels: 1)[0] < 140 ? .white : .black, unit: unit, plate: plate)
  }

  /// Draws a line of ASCII text, its top-left corner at (x, y), letters 7 units tall; on a plate of
  /// another colour where one is given.
  public mutating func draw(
    _ text: String, x: Double, y: Double, color: Color, unit: Double = 1, plate: Color? = nil
  ) {
    if let plate {
      let width = Outline.textWidth(text, unit: unit) + 4 * unit
      fill(.rectangle(Box(x: x - 2 * unit, y: y - 2 * unit, width: width, height: 11 * unit)), with: plate)
    }
    fill(Outline.text(text, unit: unit).translated(x: x, y: y), with: color)
  }

  /// Tints the pixels of a mask, and draws its border, `contour` pixels wide inwards, opaque.
  public mutating func overlay(_ mask: Mask, color: Color, opacity: Double = 0.5, contour: Int = 1) {
    require(
      mask.width == width && mask.height == height,
      "Image.overlay: an image of \(height)×\(width) and a mask of \(mask.height)×\(mask.width)")
    let samples = color.samples(channels: channels).map(Float.init)
    let (values, inside) = (mask.values, mask.eroded(by: .disk(radius: contour)).values)
    for i in values.indices where values[i] != 0 {
      let weight = inside[i] != 0 ? Float(opacity) : 1
      for c in 0..<channels {
        let old = Float(pixels[i * channels + c])
        pixels[i * channels + c] = UInt8(old + weight * (samples[c] - old) + 0.5)
      }
    }
  }

  /// The image with the pixels of a mask tinted.
  public func overlaid(_ mask: Mask, color: Color, opacity: Double = 0.5) -> Image {
    var result = self
    result.overlay(mask, color: color, opacity: opacity)
    return result
  }

  /// An RGB image of one colour.
  public init(height: Int, width: Int, color: Color) {
    self.init(height: height, width: width)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for i in stride(from: 0, to: pixels.count, by: 3) {
        (pixels[i], pixels[i + 1], pixels[i + 2]) = (color.red, color.green, color.blue)
      }
    }
  }

  /// Copies the masked pixels of another image of the same channels over this one, its top-left corner at (x, y); what leaves
  /// this image is lost.
  public mutating func paste(_ image: Image, _ mask: Mask, x: Int, y: Int) {
    require(
      image.channels == channels && image.height == mask.height && image.width == mask.width,
      "Image.paste: \(image.height)×\(image.width)×\(image.channels) with a mask of \(mask.height)×\(mask.width) onto "
        + "\(channels) channels")
    let columns = max(0, -x)..<max(min(image.width, width - x), max(0, -x))
    for row in max(0, -y)..<max(min(image.height, height - y), max(0, -y)) {
      for column in columns where mask.values[row * image.width + column] != 0 {
        let (from, to) = (
          (row * image.width + column) * channels, ((row + y) * width + column + x) * channels
        )
        for channel in 0..<channels { pixels[to + channel] = image.pixels[from + channel] }
      }
    }
  }

  /// Copies another image over this RGB one, its top-left corner at (x, y); it must fit.
  public mutating func paste(_ image: Image, x: Int, y: Int) {
    require(
      channels == 3 && x >= 0 && y >= 0 && x + image.width <= width && y + image.height <= height,
      "Image.paste: \(image.height)×\(image.width) at (\(x), \(y)) in \(height)×\(width)×\(channels)")
    let source = image.converted(to: .rgb)
    for row in 0..<image.height {
      let start = ((y + row) * width + x) * 3
      pixels.replaceSubrange(
        start..<start + image.width * 3,
        with: source.pixels[row * image.width * 3..<(row + 1) * image.width * 3])
    }
  }
}
