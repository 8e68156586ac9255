import NN
import Tensor
import Vision

/// The last frames in which a target was seen, and what trackers say of it in them: what the networks of SFTrack++ see online.
struct SFTrackWindow {
  private let network: SFTrack
  private let tuning: OnlineTuning?
  private var frames: [SeenFrame] = []

  /// As many frames as the spectral step reaches.
  private static let length = 3

  /// What was made of a frame when it was the newest.
  private struct SeenFrame {
    let image: Image
    let view: View
    /// The masks of the trackers' boxes in the view, `[1, H, W, C]`.
    let channels: Tensor
  }

  /// Networks, whose `feat2seg` is tuned to the target where that is wished.
  init(_ network: SFTrack, isTuned: Bool) {
    self.network = network
    tuning = isTuned ? OnlineTuning(network.feat2seg) : nil
  }

  /// The target's pixels in the next frame, looked for around a box; the trackers' boxes are nil where they lost it.
  mutating func mask(_ frame: Image, _ boxes: [Box?], around box: Box) -> Mask {
    let view = View(around: box.trackable(in: frame))
    let image = view.of(frame).tensor().expandingAxis(0)
    let seen = network.channels(image.expandingAxis(0), boxes: [[boxes.map { $0.map(view.place) }]])[.all, 0]
    if frames.count == Self.length { frames.removeFirst() }
    while frames.count < Self.length { frames.append(SeenFrame(image: frame, view: view, channels: seen)) }
    // Masks of the frames before are moved to this view instead of being made anew.
    let channels = Tensor.stack(frames.map { view.resampled($0.channels, from: $0.view) }, axis: 1)
    let output = network.segmented(
      channels, frame: Self.length - 1, motion: SpectralMotion(windows: [frames.map { view.of($0.image) }]))
    tuning?.learn(image, view.place(box), output.mask)
    return Mask(output.mask[0], above: 0).warped(
      by: view.placeInFrame, height: frame.height, width: frame.width)
  }
}

/// The surroundings of a target as the networks see them.
private struct View {
  private let part: Box

  // The size that the networks were trained in; what is seen is so much larger than the target.
  private static let height = 72, width = 128, surroundings = 2.5

  init(around target: Box) {
    let aspect = Double(Self.width) / Double(Self.height)
    let side = Self.surroundings * max(target.height, target.width / aspect)
    part = Box(centerX: target.centerX, centerY: target.centerY, width: side * aspect, height: side)
  }

  /// Pixels here to one of the frame.
  private var scale: Double { Double(Self.height) / part.height }

  /// What is seen of a frame.
  func of(_ frame: Image) -> Image {
    frame.converted(to: .rgb).patch(part, height: Self.height, width: Self.width)
  }

  /// Where a box of the frame is seen.
  func place(_ box: Box) -> Box {
    box.translated(x: -part.x, y: -part.y).scaled(x: scale, y: scale)
  }

  /// From here to the frame.
  var placeInFrame: Affine { .scale(1 / scale, 1 / scale).then(.translation(part.x, part.y)) }

  /// Masks `[1, H, W, C]` of another view, as they are here; 0 beyond it.
  func resampled(_ masks: Tensor, from other: View) -> Tensor {
    guard part != other.part else { return masks }
    // The other view's edges are −1 and 1.
    func line(_ count: Int, from start: Double, to end: Double) -> Tensor {
      let step = (end - start) / Double(count)
      return Tensor((0..<count).map { Float(start + (Double($0) + 0.5) * step) })
    }
    func across(_ x: Double) -> Double { 2 * (x - other.part.x) / other.part.width - 1 }
    func down(_ y: Double) -> Double { 2 * (y - other.part.y) / other.part.height - 1 }
    let x = line(Self.width, from: across(part.x), to: across(part.maxX))
    let y = line(Self.height, from: down(part.y), to: down(part.maxY))
    let zeros = Tensor(zeros: [Self.height, Self.width])
    let grid = Tensor.stack([zeros + x, zeros + y.expandingAxis(1)], axis: -1)
    return masks.gridSample(grid.expandingAxis(0))
  }
}
