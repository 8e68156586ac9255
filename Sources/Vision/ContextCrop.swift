import Tensor

extension Box {
  /// The square that shows a target with its surroundings, as Siamese trackers see it: around the box, of side √(W·H) with
  /// W = w + 2c, H = h + 2c and the context c = `context`·(w + h)/2 (Bertinetto et al. 2016).
  public func square(context: Double) -> Box {
    let margin = context * (width + height)
    let side = ((width + margin) * (height + margin)).squareRoot()
    return Box(centerX: centerX, centerY: centerY, width: side, height: side)
  }

  /// The box as a window of the frame shows it that is `size` pixels wide in the picture of it.
  public func seen(in window: Box, size: Int) -> Box {
    let scale = Double(size) / window.width
    return translated(x: -window.x, y: -window.y).scaled(x: scale, y: scale)
  }

  /// The box in the frame of which a window shows it, `size` pixels wide: undoes `seen`.
  public func shown(by window: Box, size: Int) -> Box {
    let scale = window.width / Double(size)
    return scaled(x: scale, y: scale).translated(x: window.x, y: window.y)
  }
}

extension Image {
  /// What a square window shows, wherever it lies, as `size` × `size` pixels; `fill` lies beyond the image.
  public func crop(_ window: Box, size: Int, fill: Color) -> Image {
    let inside = window.clipped(height: height, width: width)
    if inside == window { return patch(window, height: size, width: size) }
    if inside.isEmpty { return cropped(x: width, y: height, height: size, width: size, fill: fill) }
    // Around what is inside lies as much of the fill as the window shows, or as the patch repeats.
    let left = max(Int(window.x.rounded(.down)), -width) - 1
    let top = max(Int(window.y.rounded(.down)), -height) - 1
    let right = min(Int(window.maxX.rounded(.up)), 2 * width) + 1
    let bottom = min(Int(window.maxY.rounded(.up)), 2 * height) + 1
    let filled = cropped(x: left, y: top, height: bottom - top, width: right - left, fill: fill)
    return filled.patch(window.translated(x: -Double(left), y: -Double(top)), height: size, width: size)
  }

  /// The mean of an image's colours.
  public var meanColor: Color {
    let mean = converted(to: .rgb).resized(height: 1, width: 1, interpolation: .area).pixels
    return Color(mean[0], mean[1], mean[2])
  }

  /// The image as a camera sees it that moves by (x, y) pixels while the shutter is open.
  public func motionBlurred(x: Double, y: Double) -> Image {
    let steps = max(2, Int(max(abs(x), abs(y)).rounded(.up)) + 1)
    let whole = Box(x: 0, y: 0, width: Double(width), height: Double(height))
    let moved = (0..<steps).map { step in
      let time = Double(step) / Double(steps - 1) - 0.5
      return patch(whole.translated(x: x * time, y: y * time), height: height, width: width).tensor()
    }
    return Image(Tensor.stack(moved).mean(axis: 0))
  }
}
