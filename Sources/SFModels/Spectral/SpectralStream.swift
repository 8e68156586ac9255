import Tensor

/// SFSeg online (SFSeg++, §4.5): a segmenter over the last frames of a stream, started from its solution before the
/// newest frame came. Its memory is constant in the stream's length.
///
///     var stream = SpectralStream(SpectralSegmenter(iterations: 1, normalization: .degree))
///     for frame in video { let mask = stream.push(unary: frame.scores, pairwise: frame.features) }
public struct SpectralStream: Sendable {
  /// What runs over the window at each new frame.
  public let segmenter: SpectralSegmenter
  /// The number of frames kept.
  public let window: Int
  /// The soft masks of the frames in the window, the oldest first, `[N, T, H, W]`, T at most `window`. A frame's mask is
  /// refined until it leaves the window; the one in the middle knows as much of the future as of the past.
  public private(set) var masks: Tensor?
  /// The share of the scores that the last steps restarted from, `[N, 1, 1, 1]`; nil where they don't.
  private(set) var restartShare: Tensor?
  /// The last steps' result; without restarts these are the masks.
  private var solution: Tensor?
  private var scores: [Tensor] = []
  private var weights: [Tensor] = []
  private var features: [Tensor] = []
  private var motions: [Motion] = []

  /// A frame's flows between it and the one before, and their agreements.
  private struct Motion {
    let there, back, thereAgreement, backAgreement: Tensor
  }

  /// A stream without frames. The window is at least 2 frames.
  public init(_ segmenter: SpectralSegmenter, window: Int = 3) {
    require(window >= 2, "SpectralStream: a window of \(window) frames")
    (self.segmenter, self.window) = (segmenter, window)
  }

  /// Takes in the newest frame and returns its soft mask `[N, H, W]`.
  ///
  /// - Parameters:
  ///   - s: unary scores in [0, 1], `[N, H, W]`.
  ///   - f: pairwise features in [0, 1], of the unary's shape or `[N, H, W, C]`.
  ///   - flow: for the motion-compensated graph, the flows between this frame and the one before, `[N, H, W, 2]` in
  ///     pixels: from there to here, and back. With every frame or with none; the first frame's lead nowhere.
  public mutating func push(
    unary s: Tensor, pairwise f: Tensor, flow: (fromPrevious: Tensor, toPrevious: Tensor)? = nil
  ) -> Tensor {
    require(
      s.rank == 3 && (f.shape == s.shape || f.rank == 4 && Shape(f.shape.prefix(3)) == s.shape),
      "SpectralStream: unary \(s.shape) and pairwise \(f.shape) don't fit together")
    require(
      weights.isEmpty || (flow == nil) == motions.isEmpty, "SpectralStream: flow with some frames only")
    let newest = segmenter.scores(of: s).expandingAxis(1)
    Self.append(newest, to: &scores, keeping: window)
    Self.append(newest.pow(segmenter.p), to: &weights, keeping: window)
    Self.append(featurePlanes(f.expandingAxis(1), of: newest.shape), to: &features, keeping: window)
    if let (there, back) = flow {
      Self.append(
        Motion(
          there: there.expandingAxis(1), back: back.expandingAxis(1),
          thereAgreement: flowAgreement(there, back).expandingAxis(1),
          backAgreement: flowAgreement(back, there).expandingAxis(1)),
        to: &motions, keeping: window)
    }
    let kept = solution.map { $0.shape[1] < window ? $0 : $0[.all, 1...] }
    let motion = motion
    func windowScores() -> Tensor { .concatenate(scores, axis: 1) }
    let walk = segmenter.iterated(
      from: kept.map { .concatenate([$0, newest], axis: 1) } ?? newest,
      weight: segmenter.trusting(.concatenate(weights, axis: 1), scores: windowScores()),
      planes: .concatenate(features, axis: -3), motion: motion)
    let solution = walk[walk.count - 1]
    let (masks, share) =
      segmenter.restarts
      ? restarted([windowScores()] + walk.dropFirst(), motion: motion) : (solution, nil)
    (self.solution, self.masks, restartShare) = (solution, masks, share)
    return masks[.all, -1]
  }

  private static func append<Frame>(_ frame: Frame, to frames: inout [Frame], keeping count: Int) {
    if frames.count == count { frames.removeFirst() }
    frames.append(frame)
  }

  /// The motion within the window. What leads to the frame before its first, and on from its last, is never followed.
  private var motion: SpectralMotion? {
    guard let first = motions.first else { return nil }
    let later = motions.dropFirst()
    return SpectralMotion(
      forward: .concatenate(later.map(\.there) + [first.there], axis: 1),
      backward: .concatenate(motions.map(\.back), axis: 1),
      forwardAgreement: .concatenate(later.map(\.thereAgreement) + [first.thereAgreement], axis: 1),
      backwardAgreement: .concatenate(motions.map(\.backAgreement), axis: 1))
  }
}
