import Tensor
import Vision

extension TrackerBoxes {
  /// What simulated trackers say of the objects of some sequences. Between two annotated frames, as of YouTube-VOS each fifth
  /// is one, an object's box is taken to change evenly.
  /// - Throws: what reading the annotations throws.
  public init(simulating trackers: [SimulatedTracker], on sequences: [any MaskAnnotated], seed: UInt64) throws
  {
    self.init()
    for (index, sequence) in sequences.enumerated() {
      let masks = try sequence.annotatedFrames.map { (frame: $0, map: try sequence.masks($0)) }
      let truth = try Dictionary(
        uniqueKeysWithValues: sequence.objects.map { object in
          let boxes = masks.map { ($0.frame, $0.map.flatMap { Mask($0, label: UInt8(object)).boundingBox }) }
          return (object, Self.interpolated(boxes, frameCount: sequence.frameCount))
        })
      for object in truth.keys {
        for tracker in trackers {
          let track = SimulatedTrack(
            tracker, target: object, truth: truth, seed: seed &+ UInt64(index))
          add(track.boxes, sequence: sequence.name, object: object)
        }
      }
    }
  }
  /// The boxes of all frames; nil where nothing was seen, and beyond the annotated frames.
  private static func interpolated(_ annotated: [(frame: Int, box: Box?)], frameCount: Int) -> [Box?] {
    var boxes = [Box?](repeating: nil, count: frameCount)
    for (frame, box) in annotated { boxes[frame] = box }
    for (before, after) in zip(annotated, annotated.dropFirst()) {
      guard let start = before.box, let end = after.box else { continue }
      for frame in before.frame + 1..<after.frame {
        let share = Double(frame - before.frame) / Double(after.frame - before.frame)
        func mix(_ side: (Box) -> Double) -> Double { side(start) + share * (side(end) - side(start)) }
        boxes[frame] = Box(x: mix(\.x), y: mix(\.y), width: mix(\.width), height: mix(\.height))
      }
    }
    return boxes
  }
}
