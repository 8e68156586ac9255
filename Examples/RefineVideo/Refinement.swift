import Foundation
import NN
import SFModels
import Tensor
import Vision

/// How sequences are refined.
struct Refinement {
  let segmenter: SpectralSegmenter
  let features: SpectralFeatures
  let followsMotion: Bool
  let window: Int?

  /// What came out for one sequence, and how long it took.
  struct Outcome {
    /// The soft masks, `[H, W]` each.
    var masks: [Tensor] = []
    /// The flows of frame t to t + 1, and back, where they were needed.
    var forward: [FlowField] = []
    var backward: [FlowField] = []
    var flowSeconds = 0.0
    var seconds = 0.0

    var speed: String {
      let count = Double(masks.count)
      let flow = flowSeconds > 0 ? String(format: " and %.0f of flow", 1000 * flowSeconds / count) : ""
      return String(format: "%.0f ms a frame%@", 1000 * seconds / count, flow)
    }
  }

  func callAsFunction(_ sequence: RefinedSequence) throws -> Outcome {
    try window.map { try online(sequence, window: $0) } ?? offline(sequence)
  }

  /// Over the whole sequence.
  private func offline(_ sequence: RefinedSequence) throws -> Outcome {
    var outcome = Outcome()
    var images: [Image] = []
    var scores: [Tensor] = []
    var bar = ProgressBar(sequence.name, count: sequence.frameCount)
    defer { bar.finish() }
    for frame in 0..<sequence.frameCount {
      let image = try Self.image(sequence, frame, like: images.first)
      scores.append(try sequence.softMask(frame, for: image).tensor().squeezed(axis: -1))
      if let last = images.last { try addFlow(sequence, frame, last, image, to: &outcome) }
      images.append(image)
      bar.advance()
    }
    outcome.seconds = seconds {
      let (forward, backward) = (outcome.forward, outcome.backward)
      let x = segmenter(
        unary: Tensor.stack(scores).expandingAxis(0),
        pairwise: features(images, forward: forward, backward: backward),
        motion: followsMotion && !forward.isEmpty
          ? SpectralMotion(forward: forward, backward: backward) : nil)
      outcome.masks = images.indices.map { x[0, $0] }
    }
    return outcome
  }

  /// Over a window of the last frames; the newest frame's mask is kept.
  private func online(_ sequence: RefinedSequence, window: Int) throws -> Outcome {
    var outcome = Outcome()
    var stream = SpectralStream(segmenter, window: window)
    var first: Image?
    var last: Image?
    var bar = ProgressBar(sequence.name, count: sequence.frameCount)
    defer { bar.finish() }
    for frame in 0..<sequence.frameCount {
      let image = try Self.image(sequence, frame, like: first)
      first = first ?? image
      let scores = try sequence.softMask(frame, for: image).tensor().squeezed(axis: -1).expandingAxis(0)
      if let last { try addFlow(sequence, frame, last, image, to: &outcome) }
      outcome.seconds += seconds {
        let none = FlowField(height: image.height, width: image.width)
        func followed(_ flow: FlowField?) -> Tensor {
          (flow ?? none).tensor(unknown: SpectralMotion.outsideFrame).expandingAxis(0)
        }
        let mask = stream.push(
          unary: scores, pairwise: features([image]).squeezed(axis: 1),
          flow: followsMotion ? (followed(outcome.forward.last), followed(outcome.backward.last)) : nil)
        outcome.masks.append(mask.squeezed(axis: 0))
      }
      // A stream's flows are kept only to score with.
      if sequence.truth == nil { (outcome.forward, outcome.backward) = ([], []) }
      last = image
      bar.advance()
    }
    return outcome
  }

  private var needsFlow: Bool { followsMotion || features == .flow }

  private func addFlow(
    _ sequence: RefinedSequence, _ frame: Int, _ last: Image, _ image: Image, to outcome: inout Outcome
  ) throws {
    guard needsFlow || sequence.truth != nil else { return }
    let clock = ContinuousClock.now
    outcome.forward.append(try sequence.flow(from: (frame - 1, last), to: (frame, image)))
    outcome.backward.append(try sequence.flow(from: (frame, image), to: (frame - 1, last)))
    outcome.flowSeconds += (ContinuousClock.now - clock) / .seconds(1)
  }

  private static func image(_ sequence: RefinedSequence, _ frame: Int, like first: Image?) throws -> Image {
    let image = try sequence.image(frame)
    guard let first, (image.width, image.height) != (first.width, first.height) else { return image }
    throw RefinementError(
      "\(sequence.frames.files[frame].path): is \(image.height)×\(image.width), "
        + "but its sequence's frames are \(first.height)×\(first.width)")
  }

  private func seconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
