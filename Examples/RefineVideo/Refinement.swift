import Foundation
import NN
import SFModels
import Tensor
import Vision

/// How sequences are refined.
struct Refinement {
  let refinement: MaskRefinement
  let followsMotion: Bool
  let window: Int?

  /// A frame and what comes out for it.
  struct Frame {
    let number: Int
    let image: Image
    /// The soft mask that is refined.
    let input: Image
    /// The soft mask refined, `[H, W]`.
    let mask: Tensor
  }

  /// How long it took.
  struct Duration: CustomStringConvertible {
    var frameCount = 0
    var flowSeconds = 0.0
    var seconds = 0.0

    var description: String {
      let count = Double(frameCount)
      let flow = flowSeconds > 0 ? String(format: " and %.0f of flow", 1000 * flowSeconds / count) : ""
      return String(format: "%.0f ms a frame%@", 1000 * seconds / count, flow)
    }

    /// Counts how long a part takes.
    mutating func count<Result>(_ part: () throws -> Result) rethrows -> Result {
      let start = ContinuousClock.now
      defer { seconds += (ContinuousClock.now - start) / .seconds(1) }
      return try part()
    }
  }

  /// Refines a sequence, and hands over its frames in order, each while the next one is made.
  func callAsFunction(
    _ sequence: RefinedSequence, to results: @escaping @Sendable (Frame) throws -> Void
  ) throws -> Duration {
    var last: Future<Void>?
    // What is still being written when this ends by an error comes to an end, too.
    defer { _ = try? last?.value }
    func handOver(_ frame: Frame) throws {
      try last?.value
      last = Future { try results(frame) }
    }
    let duration =
      try window.map { try online(sequence, window: $0, to: handOver) } ?? offline(sequence, to: handOver)
    try last?.value
    return duration
  }

  /// A frame as it is read, and at the size of the steps along the motion.
  private struct Input {
    let image, mask: Image
    let smallImage, smallMask: Image
    /// The flows of the frame before to this one, and back, where they are needed.
    var flow: SequenceFlows.Pair?
  }

  /// Over the whole sequence.
  private func offline(_ sequence: RefinedSequence, to results: (Frame) throws -> Void) throws -> Duration {
    var duration = Duration(frameCount: sequence.frameCount)
    var frames: [Input] = []
    try each(sequence, &duration) { _, frame, _ in frames.append(frame) }

    var bar = ProgressBar("\(sequence.name): steps", count: refinement.segmenter.iterations)
    defer { bar.finish() }
    let flows = frames.compactMap(\.flow)
    let solution = try duration.count {
      try refinement.solution(
        frames.map(\.smallImage), masks: frames.map(\.smallMask), forward: flows.map(\.forward),
        backward: flows.map(\.backward), followsMotion: followsMotion
      ) { _ in
        bar.advance()
        try Program.checkInterruption()
      }
    }
    for (number, frame) in frames.enumerated() {
      try Program.checkInterruption()
      let mask = duration.count {
        refinement.enlarged(
          solution, frame: number, image: frame.image, mask: frame.mask, reduced: frame.smallMask)
      }
      try results(Frame(number: number, image: frame.image, input: frame.mask, mask: mask))
    }
    return duration
  }

  /// Over a window of the last frames; the newest frame's mask is kept.
  private func online(
    _ sequence: RefinedSequence, window: Int, to results: (Frame) throws -> Void
  ) throws -> Duration {
    var duration = Duration(frameCount: sequence.frameCount)
    var stream = SpectralStream(refinement.segmenter, window: window)
    try each(sequence, &duration) { number, frame, duration in
      let mask = duration.count {
        let none = FlowField(height: frame.smallImage.height, width: frame.smallImage.width)
        func followed(_ flow: FlowField?) -> Tensor {
          (flow ?? none).tensor(unknown: SpectralMotion.outsideFrame).expandingAxis(0)
        }
        _ = stream.push(
          unary: frame.smallMask.tensor().squeezed(axis: -1).expandingAxis(0),
          pairwise: refinement.features([frame.smallImage]).squeezed(axis: 1),
          flow: followsMotion ? (followed(frame.flow?.forward), followed(frame.flow?.backward)) : nil)
        return refinement.enlarged(
          MaskRefinement.Solution(stream), frame: 0, image: frame.image, mask: frame.mask,
          reduced: frame.smallMask)
      }
      try results(Frame(number: number, image: frame.image, input: frame.mask, mask: mask))
    }
    return duration
  }

  /// Reads the frames one by one, with their flows where these are needed.
  private func each(
    _ sequence: RefinedSequence, _ duration: inout Duration,
    _ body: (Int, Input, inout Duration) throws -> Void
  ) throws {
    let needsFlow = followsMotion || refinement.features == .flow
    var flows = SequenceFlows(of: sequence)
    @Sendable func read(_ number: Int) throws -> Input {
      let image = try sequence.image(number), mask = try sequence.masks.soft(number, for: image)
      return Input(
        image: image, mask: mask, smallImage: refinement.reduced(image), smallMask: refinement.reduced(mask))
    }
    var next = Future { try read(0) }
    var bar = ProgressBar(sequence.name, count: sequence.frameCount)
    defer { bar.finish() }
    for number in 0..<sequence.frameCount {
      try Program.checkInterruption()
      var frame = try next.value
      if number + 1 < sequence.frameCount { next = Future { try read(number + 1) } }
      let start = ContinuousClock.now
      if needsFlow {
        frame.flow = try flows.push(frame.smallImage)
        duration.flowSeconds += (ContinuousClock.now - start) / .seconds(1)
      }
      try body(number, frame, &duration)
      bar.advance()
    }
  }
}
