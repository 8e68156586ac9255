import Tensor
import Vision

/// Average overlap and success rates over all frames of all sequences and repetitions (Huang et al., "GOT-10k", TPAMI 2021),
/// as its toolkit pools them. The first frame, which the tracker was given, and frames in which nothing of the target can be
/// seen don't count.
public struct GOT10kScore: Sendable, Equatable {
  /// Overlaps 0, 0.01, …, 1.
  public static let overlapThresholds = [Double].thresholds(101, to: 1)

  private var overlaps: [Double] = []

  /// Of no sequence.
  public init() {}

  /// The mean overlap, AO.
  public var averageOverlap: Double { overlaps.mean }
  /// The share of frames whose overlap is above a threshold: SR at 0.5, at 0.75.
  public func successRate(at threshold: Double) -> Double { overlaps.shares(>, [threshold])[0] }
  /// The share of frames whose overlap is above each threshold.
  public var success: [Double] { overlaps.shares(>, Self.overlapThresholds) }

  /// Adds one run over a sequence whose frames have the given size. Boxes are cut at the image's right and lower edge; those
  /// that reach beyond the left or upper one are moved in, as the toolkit does.
  /// - Parameters:
  ///   - boxes: the tracker's, one for each frame.
  ///   - truth: the true ones, in the same coordinates.
  ///   - isVisible: whether something of the target can be seen in each frame.
  ///   - height: the frames' height, in pixels.
  ///   - width: their width.
  public mutating func add(
    _ boxes: [Box?], truth: [Box], isVisible: [Bool], height: Int, width: Int
  ) {
    require(
      boxes.count == truth.count && isVisible.count == truth.count,
      "GOT10kScore: \(boxes.count) boxes, \(truth.count) true ones, visibility of \(isVisible.count) frames")
    let pairs = truth.indices.dropFirst().filter { isVisible[$0] }.map { frame in
      (
        boxes[frame]?.moved(intoHeight: height, width: width),
        truth[frame].moved(intoHeight: height, width: width)
      )
    }
    overlaps += TrackedFrames(pairs).overlaps
  }

  /// Adds what another score holds.
  public mutating func add(_ other: GOT10kScore) { overlaps += other.overlaps }
}

extension Box {
  fileprivate func moved(intoHeight height: Int, width: Int) -> Box {
    func clamped(_ value: Double, _ limit: Double) -> Double { min(max(value, 0), limit) }
    let (left, top) = (clamped(x, Double(width)), clamped(y, Double(height)))
    return Box(
      x: left, y: top, width: clamped(self.width, Double(width) - left),
      height: clamped(self.height, Double(height) - top))
  }
}
