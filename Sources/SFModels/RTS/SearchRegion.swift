import Tensor
import Vision

/// The part of a frame that the network sees: around where the target is taken to be, larger than it by a fixed factor, and
/// as large as the frame at most where it is to be limited.
struct SearchRegion {
  /// The part, in whole pixels of the frame.
  let box: Box
  let frame: Box
  private let height: Int, width: Int

  /// - Parameters:
  ///   - center: the target's centre in the frame.
  ///   - side: the side of a square as large as the target.
  ///   - isLimited: whether no more than the frame is shown; then a large target looks larger than others.
  ///   - factor: the region's side, also as a square's, over the target's; the network's unless given.
  init(
    around center: Point, side: Double, of frame: Image, for network: RTS, isLimited: Bool = true,
    factor: Double? = nil
  ) {
    self.init(
      around: center, side: side, of: frame, inputSize: network.inputSize, isLimited: isLimited,
      factor: factor ?? network.searchFactor)
  }

  /// - Parameters:
  ///   - inputSize: what the network sees is so large.
  init(
    around center: Point, side: Double, of frame: Image, inputSize: (height: Int, width: Int),
    isLimited: Bool = true, factor: Double
  ) {
    (height, width) = inputSize
    self.frame = Box(x: 0, y: 0, width: Double(frame.width), height: Double(frame.height))
    let wanted = side * factor / Double(height * width).squareRoot()
    // One of the frame's sides is seen whole at most.
    let limit = max(self.frame.width / Double(width), self.frame.height / Double(height))
    let scale = isLimited ? min(wanted, limit) : wanted
    let size = (
      height: max(1, (Double(height) * scale).rounded()), width: max(1, (Double(width) * scale).rounded())
    )
    box = Box(
      x: (center.x - size.width / 2).rounded(), y: (center.y - size.height / 2).rounded(), width: size.width,
      height: size.height)
  }

  /// What the network sees, RGB; beyond the frame its edge is repeated.
  func image(_ frame: Image) -> Image { frame.patch(box, height: height, width: width) }

  /// What the network sees of a mask of the frame.
  func mask(_ mask: Mask) -> Mask { Mask(mask.image.patch(box, height: height, width: width)) }

  /// A place of the frame, in pixels of what the network sees.
  func inside(_ point: Point) -> Point { (point - Point(box.x, box.y)) / scale }

  /// A box of the frame, in pixels of what the network sees.
  func inside(_ box: Box) -> Box {
    box.translated(x: -self.box.x, y: -self.box.y).scaled(x: 1 / scale.x, y: 1 / scale.y)
  }

  /// A place in what the network sees, in pixels of the frame.
  func outside(_ point: Point) -> Point { point * scale + Point(box.x, box.y) }

  /// The frame's pixels to one that the network sees.
  var scale: Point { Point(box.width / Double(width), box.height / Double(height)) }

  /// The pixels of the frame whose logits, of those `[H, W, 1]` that the network answers, are positive.
  func mask(ofLogits logits: Tensor) -> Mask {
    let resized = logits.expandingAxis(0).resized2d(height: Int(box.height), width: Int(box.width))
    return Mask(resized.squeezed(axis: 0), above: 0)
      .cropped(x: -Int(box.x), y: -Int(box.y), height: Int(frame.height), width: Int(frame.width))
  }

  /// Logits `[H, W, 1]` as probabilities `[H, W]`; 0 beyond the frame.
  func probabilities(ofLogits logits: Tensor) -> Tensor {
    let seen = inside(frame)
    func inFrame(_ count: Int, _ low: Double, _ high: Double) -> Tensor {
      Tensor((0..<count).map { (low...high).contains(Double($0) + 0.5) ? 1 : 0 as Float })
    }
    let rows = inFrame(height, seen.y, seen.maxY), columns = inFrame(width, seen.x, seen.maxX)
    return logits.squeezed(axis: 2).sigmoid() * rows.expandingAxis(1) * columns
  }
}
