import Tensor
import Vision

/// Where the box alone was given, and training was short: masks that leak would draw the target along, so the instance branch
/// leads.
extension RTSTracker {
  /// The mask's box counts where it overlaps by so much with the instance branch's.
  private static let agreement = 0.5

  /// Follows the target by the instance branch, its size by a correlation filter along scales. The answer is the mean of that
  /// box and the mask's where these two agree, and then the mask is remembered.
  func followInstance(_ seen: Seen, _ target: inout Target) -> TrackedTarget {
    let sight = seen.sight
    let isSeen = sight.peaks.score > options.detection
    if isSeen {
      let moved = target.box.centred(at: seen.search.outside(sight.peaks.place)).trackable(in: seen.image)
      target.box = target.scaleFilter!.follow(seen.image, moved)
      (target.center, target.side) = (
        Point(target.box.centerX, target.box.centerY), target.box.area.squareRoot()
      )
      target.instance.take(seen.features.instance, sight.peaks, frame: target.frame)
    }
    let told = told(seen, target).flatMap { $0.iou(target.box) > Self.agreement ? $0 : nil }
    guard isSeen || told != nil else { return .lost(target.box, in: seen.image) }
    if told != nil, isSeen, options.remembers(target.frame) { target.remember(seen) }
    learnMasks(&target)
    return TrackedTarget(
      .box(told.map(target.box.mean) ?? target.box), mask: seen.search.mask(ofLogits: sight.logits),
      confidence: min(max(sight.peaks.score, 0), 1))
  }
}
