import NN
import Tensor
import Vision

/// The last frames around a target, and what trackers say of it in them: what the networks of SFTrack++ see online.
struct SFTrackWindow {
  private let network: SFTrack
  private var frames: [(image: Image, boxes: [Box?])] = []

  // As many frames as the spectral step reaches, seen in the size that the networks were trained in; what is seen is so much
  // larger than the target.
  private static let length = 3, height = 72, width = 128, surroundings = 2.5

  init(_ network: SFTrack) { self.network = network }

  /// Takes in the next frame; the first one fills the window.
  mutating func add(_ frame: Image, _ boxes: [Box?]) {
    if frames.count == Self.length { frames.removeFirst() }
    while frames.count < Self.length { frames.append((frame, boxes)) }
  }

  /// The target's pixels in the newest frame, looked for around a box.
  func mask(around box: Box) -> Mask {
    let newest = frames[frames.count - 1].image
    let middle = box.trackable(in: newest)
    let aspect = Double(Self.width) / Double(Self.height)
    let side = Self.surroundings * max(middle.height, middle.width / aspect)
    let view = Box(centerX: middle.centerX, centerY: middle.centerY, width: side * aspect, height: side)
    let (x, y) = (Double(Self.width) / view.width, Double(Self.height) / view.height)
    let images = frames.map {
      $0.image.converted(to: .rgb).patch(view, height: Self.height, width: Self.width)
    }
    let boxes = frames.map { $0.boxes.map { $0?.translated(x: -view.x, y: -view.y).scaled(x: x, y: y) } }
    let output = network(
      .stack(images.map { $0.tensor() }).expandingAxis(0), boxes: [boxes], frame: frames.count - 1,
      motion: SpectralMotion(windows: [images]))
    let place = Affine.scale(1 / x, 1 / y).then(.translation(view.x, view.y))
    return Mask(output.mask[0], above: 0).warped(by: place, height: newest.height, width: newest.width)
  }
}
