import Tensor
import Vision

/// Where the instance branch sees the target in a search region of some scale; the best of several tells the target's size.
struct Sighting {
  let search: SearchRegion
  /// x_c `[1, H, W, C]`.
  let features: Tensor
  let peak: InstanceLearner.Peak
  /// The region's size over what the target's last one asks for.
  let scale: Double

  /// The scales to look at beside 1, what the scores of these lose, and how far the size follows.
  static let scales = [0.97, 1.03]
  private static let penalty = 0.985, damping = 0.6

  private var worth: Double { scale == 1 ? peak.score : peak.score * Self.penalty }

  /// The one that sees the target most clearly.
  static func best(_ sightings: [Sighting]) -> Sighting { sightings.max { $0.worth < $1.worth }! }

  /// The target's box, of which the last one is known.
  func box(after last: Box, in image: Image) -> Box {
    last.scaled(by: 1 + Self.damping * (scale - 1)).centred(at: search.outside(peak.place))
      .trackable(in: image)
  }
}

extension Box {
  /// The box moved a share of the way to another one.
  func moved(to other: Box, by share: Double) -> Box {
    func mix(_ from: Double, _ to: Double) -> Double { from + share * (to - from) }
    return Box(
      x: mix(x, other.x), y: mix(y, other.y), width: mix(width, other.width),
      height: mix(height, other.height))
  }
}
