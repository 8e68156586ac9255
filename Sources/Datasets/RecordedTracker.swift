import Vision

/// A tracker that ran before: its boxes, one a frame, from a result file.
public struct RecordedTracker: Tracker, Sendable {
  private let boxes: [Box?]
  private var frame = 0
  private var last: Region

  /// Plays boxes, the first one in the frame it starts on.
  public init(_ boxes: [Box?]) {
    self.boxes = boxes
    last = .box(Box(x: 0, y: 0, width: 0, height: 0))
  }

  /// Rewinds; it goes its own way whatever the target.
  public mutating func start(_ frame: Image, on target: Region) { (self.frame, last) = (0, target) }

  /// The box of the next frame. Where the tracker had lost its target, and beyond the last box, the last one with a
  /// confidence of 0.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    self.frame += 1
    guard boxes.indices.contains(self.frame), let box = boxes[self.frame] else {
      return TrackedTarget(last, confidence: 0)
    }
    last = .box(box)
    return TrackedTarget(last)
  }
}
