import Datasets
import Tensor
import Testing
import Vision

@testable import Evaluation

@Suite struct TemporalConsistencyTests {
  private static let frames = 5

  /// A square that moves 3 pixels to the right and 1 down from frame to frame, over a still background.
  private func square(_ frame: Int, jitter: Int = 0) -> Mask {
    Mask(
      Box(x: Double(4 + 3 * frame + jitter), y: Double(5 + frame), width: 10, height: 8), height: 24,
      width: 40)
  }

  private func volume(_ masks: [Mask]) -> Tensor {
    Tensor(masks.flatMap { $0.values.map { Float($0) } }, shape: [masks.count, 24, 40])
  }

  /// The square's flow from one frame to another.
  private func flow(_ frame: Int, to other: Int) -> FlowField {
    let motion = [3, 1].map { Float($0 * (other - frame)) }
    return FlowField(
      height: 24, width: 40,
      vectors: square(frame).values.flatMap { inside in motion.map { $0 * Float(inside) } })
  }

  private func consistency(_ masks: [Mask], isEmpty: Bool = false) throws -> TemporalConsistency {
    let steps = 0..<Self.frames - 1
    return try TemporalConsistency(
      of: volume(masks),
      truth: (0..<Self.frames).map { isEmpty ? Mask(height: 24, width: 40) : square($0) },
      forward: steps.map { flow($0, to: $0 + 1) }, backward: steps.map { flow($0 + 1, to: $0) })
  }

  @Test func masksThatMoveWithTheFlowAreConsistent() throws {
    let score = try consistency((0..<Self.frames).map { square($0) })
    #expect(score.frames.count == Self.frames - 2)
    // What the square uncovers takes part of the square along: one neighbour of three, below the threshold.
    #expect(score.mean == 1)
  }

  @Test func theAverageOutvotesOneBadFrame() throws {
    var masks = (0..<Self.frames).map { square($0) }
    masks[2] = Mask(height: 24, width: 40)
    #expect(try consistency(masks).mean > 0.9)
    masks[1] = Mask(height: 24, width: 40)
    #expect(try consistency(masks).frames[0] == 0, "two frames of three are empty")
  }

  @Test func jitterCosts() throws {
    let shifts = [2, -3, 3, -2, 3]
    let jittered = try consistency((0..<Self.frames).map { square($0, jitter: shifts[$0]) }).mean
    let steady = try consistency((0..<Self.frames).map { square($0, jitter: 1) }).mean
    #expect(jittered < steady)
    #expect(steady < 1)
  }

  @Test func flowsThatAreSwappedDoWorse() throws {
    let masks = (0..<Self.frames).map { square($0) }
    let steps = 0..<Self.frames - 1
    let swapped = try TemporalConsistency(
      of: volume(masks), truth: masks, forward: steps.map { flow($0 + 1, to: $0) },
      backward: steps.map { flow($0, to: $0 + 1) })
    #expect(swapped.mean < 0.8)
  }

  @Test func nothingWhereNothingIs() throws {
    let empty = [Mask](repeating: Mask(height: 24, width: 40), count: Self.frames)
    #expect(try consistency(empty, isEmpty: true).mean == 1)
    #expect(try consistency(empty).mean == 0)
  }

  @Test func softMasksCountInTheAverage() throws {
    // One pixel, nothing moves: (0.9 + 0.4 + 0.3) / 3 = 0.53 and (0.4 + 0.3 + 0.7) / 3 = 0.47.
    let pixel = Mask(height: 1, width: 1, values: [1])
    let still = [FlowField](repeating: FlowField(height: 1, width: 1), count: 3)
    let score = try TemporalConsistency(
      of: Tensor([0.9, 0.4, 0.3, 0.7] as [Float], shape: [4, 1, 1]), truth: [pixel, pixel, pixel, pixel],
      forward: still, backward: still)
    #expect(score.frames == [1, 0])
  }

  @Test func twoFramesHaveNone() {
    let pixel = Mask(height: 1, width: 1, values: [1])
    let still = [FlowField(height: 1, width: 1)]
    #expect(throws: ScoreError.tooFewFrames(2, needed: 3)) {
      try TemporalConsistency(
        of: Tensor(zeros: [2, 1, 1]), truth: [pixel, pixel], forward: still, backward: still)
    }
  }

  @Test func theTruthOfSyntheticVideosIsConsistentAlongItsFlow() throws {
    let sequence = SyntheticVideos(seed: 4, sequences: 1, frames: 12, height: 64, width: 96).sequences[0]
    let frames = Array(3..<8)
    let masks = frames.map { sequence.mask($0, object: 1) }
    let values = masks.flatMap { $0.values.map { Float($0) } }
    let score = try TemporalConsistency(
      of: Tensor(values, shape: [frames.count, 64, 96]), truth: masks,
      forward: frames.dropLast().map { sequence.flow(from: $0, to: $0 + 1).flow },
      backward: frames.dropLast().map { sequence.flow(from: $0 + 1, to: $0).flow })
    #expect(masks[2].area > 50)
    #expect(score.mean > 0.9, "\(score)")
  }
}
