import Datasets
import Vision

/// A synthetic video with its masks, and the boxes that these give.
struct DrawnVideo {
  let sequence: SyntheticSequence
  private let seed: UInt64
  let masks: [IndexedImage]
  /// By object, the box of its visible pixels in each frame; nil where none is seen. An object that is never seen is left
  /// out.
  let truth: [Int: [Box?]]
  /// The one that layouts of a single target follow: the leading one, or, where the first frame does not show that, the
  /// largest there.
  let target: Int

  var name: String { sequence.name }
  var frameCount: Int { sequence.frameCount }

  /// Draws a sequence; what trackers make of it depends on the seed.
  init(_ sequence: SyntheticSequence, seed: UInt64) {
    (self.sequence, self.seed) = (sequence, seed)
    let masks = (0..<sequence.frameCount).map { sequence.masks($0)! }
    self.masks = masks
    let boxes = sequence.objects.map { object in
      (object, masks.map { Mask($0, label: UInt8(object)).boundingBox })
    }
    truth = Dictionary(uniqueKeysWithValues: boxes.filter { $1.contains { $0 != nil } })
    func area(_ object: Int) -> Int { Mask(masks[0], label: UInt8(object)).area }
    target = area(sequence.leader) > 0 ? sequence.leader : sequence.objects.max { area($0) < area($1) }!
  }

  /// The target's box in each frame.
  var boxes: [Box?] { truth[target] ?? [] }

  /// What a tracker makes of an object, started in a frame that shows it; the first box is that frame's.
  func track(by tracker: SimulatedTracker, of object: Int, from start: Int = 0) -> SimulatedTrack {
    SimulatedTrack(
      tracker, target: object, truth: truth.mapValues { Array($0[start...]) }, seed: seed &+ UInt64(start))
  }

  /// The target's pixels.
  func mask(_ frame: Int) -> Mask { Mask(masks[frame], label: UInt8(target)) }

  /// The share of the target that is seen in a frame.
  func visibility(_ frame: Int) -> Double {
    let whole = sequence.wholeArea(frame, object: target)
    return whole == 0 ? 0 : min(1, Double(mask(frame).area) / Double(whole))
  }
}
