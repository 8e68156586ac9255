import Vision

/// Trackers of a video's objects, each started in the frame where its object is first annotated.
struct ObjectTrackers {
  /// What is known of an object in a frame.
  struct Object {
    let id: Int
    /// Nil where the tracker lost it.
    let target: TrackedTarget?
    /// Whether the annotation gave it, in the object's first frame.
    let isGiven: Bool
  }

  private let makeTracker: TrackerFactory
  private var trackers: [(id: Int, tracker: TimedTracker)] = []

  init(_ makeTracker: @escaping TrackerFactory) { self.makeTracker = makeTracker }

  /// Whether an object of that number is being tracked.
  func isTracking(_ id: Int) -> Bool { trackers.contains { $0.id == id } }

  /// The objects in the next frame, those first seen in its annotation with them, and the seconds that all trackers took.
  mutating func track(_ frame: Image, annotation: IndexedImage?) throws -> (
    objects: [Object], seconds: Double
  ) {
    var objects: [Object] = []
    var seconds = 0.0
    for index in trackers.indices {
      let (target, time) = try trackers[index].tracker.track(frame)
      seconds += time
      objects.append(Object(id: trackers[index].id, target: target, isGiven: false))
    }
    for id in annotation?.objects ?? [] where !isTracking(id) {
      let mask = Mask(annotation!, label: UInt8(id))
      var tracker = TimedTracker(try makeTracker())
      seconds += try tracker.start(frame, on: .mask(mask))
      trackers.append((id, tracker))
      objects.append(Object(id: id, target: TrackedTarget(.mask(mask), mask: mask), isGiven: true))
    }
    return (objects, seconds)
  }
}
