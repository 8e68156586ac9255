import Tensor
import Vision

/// Follows a target by normalised cross-correlation: in each frame it takes the place around the last one whose grey levels
/// resemble the target's in the first frame most, whatever their brightness and contrast (Briechle & Hanebeck, "Template
/// Matching using Fast Normalized Cross Correlation", SPIE 2001). The target keeps its size and its looks.
public struct TemplateTracker: Tracker, Sendable {
  /// The spectrum of the target's levels, of mean 0 and norm 1.
  private var template: Tensor?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  /// The template's sides in pixels, and how large a region it is looked for in, in sizes of the target.
  private static let side = 24, reach = 3
  /// A correlation below this is another thing.
  private static let threshold = 0.3

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    Threads.serially { learn(frame, target.boundingBox) }
  }

  private mutating func learn(_ frame: Image, _ box: Box) {
    target = box.trackable(in: frame)
    let levels = levels(frame, around: target, side: Self.side)
    let centred = levels - levels.mean()
    let rest = Self.side * (Self.reach - 1)
    template = (centred / (centred.norm() + 1e-5)).padded([(0, 0), (0, rest), (0, rest), (0, 0)])
      .realFFT(axis: [1, 2]).conjugated()
  }

  /// The target's box in the next frame, and how well it correlates.
  public mutating func track(_ frame: Image) -> TrackedTarget { Threads.serially { follow(frame) } }

  private mutating func follow(_ frame: Image) -> TrackedTarget {
    guard let template else { fatalError("TemplateTracker: a frame to track in before one to start on") }
    let side = Self.side * Self.reach
    let levels = levels(frame, around: target.scaled(by: Double(Self.reach)), side: side)
    let region = levels - levels.mean()
    let (sums, squares) = (boxSums(region), boxSums(region * region))
    let count = Double(Self.side * Self.side)
    let places = sums.shape[1]
    let products = region.realFFT(axis: [1, 2]).complexProduct(template)
      .inverseRealFFT(axis: [1, 2], length: side)[.all, 0..<places, 0..<places]
    // A flat place resembles nothing: what varies by less than a grey level counts as flat.
    let correlation = products / ((squares - sums * sums / count).clamp(min: 0) + count / (255 * 255)).sqrt()
    let peak = ResponsePeak(correlation.squeezed(axis: [0, 3]))
    if peak.value > Self.threshold {
      let pixel = 1 / Double(Self.side)
      target = target.translated(x: peak.x * pixel * target.width, y: peak.y * pixel * target.height)
        .trackable(in: frame)
    }
    return TrackedTarget(.box(target), confidence: min(max(peak.value, 0), 1))
  }

  /// The sum under the template at each place.
  private func boxSums(_ x: Tensor) -> Tensor {
    x.conv2d(Tensor(ones: [Self.side, 1, 1, 1])).conv2d(Tensor(ones: [1, Self.side, 1, 1]))
  }

  /// Grey levels in [0, 1], `[1, side, side, 1]`.
  private func levels(_ frame: Image, around box: Box, side: Int) -> Tensor {
    frame.patch(box, height: side, width: side).converted(to: .grey).tensor().expandingAxis(0)
  }
}
