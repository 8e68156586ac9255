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
    let view: TargetSurroundings
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
    let view = SFTrack.view(around: box.trackable(in: frame))
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

extension SFTrack {
  /// What its networks see of a frame, in training and online.
  public static func view(around target: Box) -> TargetSurroundings {
    TargetSurroundings(around: target, times: 2, height: 96, width: 96)
  }
}

extension TargetSurroundings {
  /// Masks `[1, H, W, C]` of another view, as they are here; 0 beyond it.
  fileprivate func resampled(_ masks: Tensor, from other: TargetSurroundings) -> Tensor {
    guard part != other.part else { return masks }
    // The other view's edges are −1 and 1.
    func line(_ count: Int, from start: Double, to end: Double) -> Tensor {
      let step = (end - start) / Double(count)
      return Tensor((0..<count).map { Float(start + (Double($0) + 0.5) * step) })
    }
    func across(_ x: Double) -> Double { 2 * (x - other.part.x) / other.part.width - 1 }
    func down(_ y: Double) -> Double { 2 * (y - other.part.y) / other.part.height - 1 }
    let x = line(width, from: across(part.x), to: across(part.maxX))
    let y = line(height, from: down(part.y), to: down(part.maxY))
    let zeros = Tensor(zeros: [height, width])
    let grid = Tensor.stack([zeros + x, zeros + y.expandingAxis(1)], axis: -1)
    return masks.gridSample(grid.expandingAxis(0))
  }
}
