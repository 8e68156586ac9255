import Tensor
import Vision

extension TrackerBoxes {
  /// What simulated trackers say of the objects of some sequences, of which every frame is annotated.
  /// - Throws: what reading the annotations throws.
  public init(simulating trackers: [SimulatedTracker], on sequences: [any MaskAnnotated], seed: UInt64) throws
  {
    self.init()
    for (index, sequence) in sequences.enumerated() {
      let masks = try (0..<sequence.frameCount).map { try sequence.masks($0) }
      let truth = try Dictionary(
        uniqueKeysWithValues: sequence.objects.map { object in
          (object, masks.map { $0.flatMap { Mask($0, label: UInt8(object)).boundingBox } })
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
}
