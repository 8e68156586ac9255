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

  /// A frame and what comes out for it.
  struct Frame {
    let number: Int
    let image: Image
    /// The soft mask that is refined.
    let input: Image
    /// The soft mask refined, `[H, W]`.
    let mask: Tensor
    /// The flows of the frame before to this one, and back, where they were needed.
    let flow: Flow?
  }

  typealias Flow = (forward: FlowField, backward: FlowField)

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
  }

  /// Refines a sequence, and hands over its frames in order.
  func callAsFunction(_ sequence: RefinedSequence, to results: (Frame) throws -> Void) throws -> Duration {
    try window.map { try online(sequence, window: $0, to: results) } ?? offline(sequence, to: results)
  }

  /// Over the whole sequence.
  private func offline(_ sequence: RefinedSequence, to results: (Frame) throws -> Void) throws -> Duration {
    var duration = Duration(frameCount: sequence.frameCount)
    var images: [Image] = []
    var inputs: [Image] = []
    var flows: [Flow?] = []
    try each(sequence) { frame, image, flow in
      inputs.append(try sequence.masks.soft(frame, for: image))
      flows.append(flow)
      images.append(image)
    } took: {
      duration.flowSeconds += $0
    }

    var bar = ProgressBar("\(sequence.name): steps", count: segmenter.iterations)
    defer { bar.finish() }
    let start = ContinuousClock.now
    let scores = Tensor.stack(inputs.map { $0.tensor().squeezed(axis: -1) }).expandingAxis(0)
    let forward = flows.compactMap { $0?.forward }, backward = flows.compactMap { $0?.backward }
    let x = try segmenter(
      unary: scores, pairwise: features(images, forward: forward, backward: backward),
      motion: followsMotion && !forward.isEmpty ? SpectralMotion(forward: forward, backward: backward) : nil
    ) { _ in
      bar.advance()
      try Program.checkInterruption()
    }
    duration.seconds = (ContinuousClock.now - start) / .seconds(1)
    for (number, image) in images.enumerated() {
      try Program.checkInterruption()
      try results(
        Frame(number: number, image: image, input: inputs[number], mask: x[0, number], flow: flows[number]))
    }
    return duration
  }

  /// Over a window of the last frames; the newest frame's mask is kept.
  private func online(
    _ sequence: RefinedSequence, window: Int, to results: (Frame) throws -> Void
  ) throws -> Duration {
    var duration = Duration(frameCount: sequence.frameCount)
    var stream = SpectralStream(segmenter, window: window)
    try each(sequence) { frame, image, flow in
      let input = try sequence.masks.soft(frame, for: image)
      let start = ContinuousClock.now
      let none = FlowField(height: image.height, width: image.width)
      func followed(_ flow: FlowField?) -> Tensor {
        (flow ?? none).tensor(unknown: SpectralMotion.outsideFrame).expandingAxis(0)
      }
      let mask = stream.push(
        unary: input.tensor().squeezed(axis: -1).expandingAxis(0),
        pairwise: features([image]).squeezed(axis: 1),
        flow: followsMotion ? (followed(flow?.forward), followed(flow?.backward)) : nil)
      duration.seconds += (ContinuousClock.now - start) / .seconds(1)
      try results(
        Frame(number: frame, image: image, input: input, mask: mask.squeezed(axis: 0), flow: flow))
    } took: {
      duration.flowSeconds += $0
    }
    return duration
  }

  /// Reads the frames one by one, with their flows where these are needed.
  private func each(
    _ sequence: RefinedSequence, _ body: (Int, Image, Flow?) throws -> Void,
    took flow: (_ seconds: Double) -> Void
  ) throws {
    let needsFlow = followsMotion || features == .flow || sequence.truth != nil
    var last: Image?
    var bar = ProgressBar(sequence.name, count: sequence.frameCount)
    defer { bar.finish() }
    for frame in 0..<sequence.frameCount {
      try Program.checkInterruption()
      let image = try sequence.image(frame)
      let start = ContinuousClock.now
      let both = try last.flatMap { last in
        try needsFlow
          ? (
            forward: sequence.flow(from: (frame - 1, last), to: (frame, image)),
            backward: sequence.flow(from: (frame, image), to: (frame - 1, last))
          ) : nil
      }
      if both != nil { flow((ContinuousClock.now - start) / .seconds(1)) }
      try body(frame, image, both)
      last = image
      bar.advance()
    }
  }
}
