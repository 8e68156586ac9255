import Datasets

/// Where VOT's protocol of 2020 starts a tracker, and the direction in which it then goes.
public struct VOTAnchor: Sendable, Hashable {
  /// The frame.
  public let frame: Int
  /// Whether the tracker goes on to the sequence's end, or else back to its beginning.
  public let isForward: Bool

  /// An anchor.
  public init(frame: Int, isForward: Bool) { (self.frame, self.isForward) = (frame, isForward) }

  /// The anchors among frames that `anchor.value` has numbers for: above 0 forwards, below 0 backwards.
  public static func anchors(_ values: some Collection<Double>) -> [VOTAnchor] {
    values.enumerated().filter { $0.element != 0 }
      .map { VOTAnchor(frame: $0.offset, isForward: $0.element > 0) }
  }

  /// The frames of a sequence of so many, in the order in which they are tracked.
  public func frames(of count: Int) -> [Int] {
    isForward ? Array(frame..<max(count, frame)) : (0...frame).reversed()
  }
}

extension VOTSequence {
  /// The anchors that `anchor.value` has; without it each 50th frame and the last, from which a tracker goes where more
  /// frames are.
  public var anchors: [VOTAnchor] {
    if let values = values["anchor"] { return VOTAnchor.anchors(values.prefix(truth.count)) }
    let last = truth.count - 1
    let frames = Array(stride(from: 0, to: last, by: 50)) + [last]
    return frames.filter { truth.indices.contains($0) && truth[$0].region != nil }.map {
      VOTAnchor(frame: $0, isForward: $0 <= last - $0)
    }
  }
}
