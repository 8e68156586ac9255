import Tensor
import Vision

/// Refines the masks that any other method made for a video.
///
///     let refined = MaskRefinement()(frames, masks: masks)
///
/// SFSeg's steps go along the motion, at a size at which they keep up with a video; what they come to is enlarged, and
/// further steps within each frame find the edges at its own size. All are those of one random walk, which restarts
/// from the masks in full (`SpectralSegmenter.refinement`), so that right masks come back as they are. Before, parts that
/// stray from the object are left out.
public struct MaskRefinement: Sendable, Hashable {
  /// The steps along the motion.
  public var segmenter: SpectralSegmenter
  /// What pixels share that the steps along the motion link.
  public var features: SpectralFeatures
  /// The length, in pixels, of a frame's longer side at which the steps along the motion are made; smaller frames keep
  /// their size. Nil: all do, and no steps follow within the frames.
  public var longestSide: Int?
  /// Whether parts are kept that nothing connects with the object, though they have the colours of what is around it.
  public var keepsStrays: Bool

  /// The setting that refines OSVOS's masks best, unless told otherwise.
  public init(
    segmenter: SpectralSegmenter = .refinement, features: SpectralFeatures = .lab, longestSide: Int? = 427,
    keepsStrays: Bool = false
  ) {
    (self.segmenter, self.features) = (segmenter, features)
    (self.longestSide, self.keepsStrays) = (longestSide, keepsStrays)
  }

  /// The number of steps within each frame, and how many pixels far each looks.
  private static let stepsWithinFrame = 2, reach = 3

  /// The walk within a frame: to the 7×7 pixels around, by links of colours as those along the motion.
  private static func walk(within image: Image) -> SpectralWalk {
    let f = image.labTensor().expandingAxis(0).expandingAxis(0), volume = Shape(f.shape.prefix(4))
    return SpectralWalk(
      weight: Tensor(ones: volume), planes: featurePlanes(f, of: volume),
      kernel: [1, 2 * reach + 1, 2 * reach + 1], alpha: 100, motion: nil)
  }

  /// The refined soft masks of a video's frames, `[H, W]` each, above ½ where the object is.
  ///
  /// - Parameters:
  ///   - frames: the frames, all of one size.
  ///   - masks: a mask for each, of its size: grey levels, 255 where the object surely is.
  public func callAsFunction(_ frames: [Image], masks: [Image]) -> [Tensor] {
    require(
      !frames.isEmpty && masks.count == frames.count,
      "MaskRefinement: \(frames.count) frames with \(masks.count) masks")
    let small = frames.map(reduced), scores = masks.map(reduced)
    let flows = opticalFlows(along: small)
    let solution = solution(
      small, masks: scores, forward: flows.forward, backward: flows.backward, followsMotion: true)
    return frames.indices.map {
      enlarged(solution, frame: $0, image: frames[$0], mask: masks[$0], reduced: scores[$0])
    }
  }

  /// What the steps along the motion come to, at the size they are made at.
  public struct Solution {
    /// The soft masks `[T, h, w]`.
    let masks: Tensor
    /// The share of the scores from which the steps restart, one value.
    let restartShare: Tensor?
    /// What of each frame's mask was left out; nil where all was kept.
    let strays: [Mask]?
  }

  /// A frame or a mask at the size at which the steps along the motion are made.
  public func reduced(_ image: Image) -> Image {
    guard let longestSide, max(image.height, image.width) > longestSide else { return image }
    return image.resized(longestSide: longestSide)
  }

  /// The steps along the motion.
  ///
  /// - Parameters:
  ///   - frames: the frames, reduced.
  ///   - masks: their masks, reduced: grey levels, 255 where the object surely is.
  ///   - forward: the flows between these, from each frame to the next.
  ///   - backward: the flows from each frame to the one before.
  ///   - followsMotion: whether neighbours in time lie along the flows, or at the same place.
  ///   - afterStep: told the number of steps done after each; what it throws ends the refinement.
  public func solution(
    _ frames: [Image], masks: [Image], forward: [FlowField], backward: [FlowField], followsMotion: Bool,
    afterStep: ((Int) throws -> Void)? = nil
  ) rethrows -> Solution {
    let strays =
      keepsStrays ? nil : strayParts(of: concurrentMap(masks.count) { Mask(masks[$0]) }, in: frames)
    let scores = Tensor.stack(masks.count) { frame in
      (strays.map { masks[frame].without($0[frame]) } ?? masks[frame]).tensor().squeezed(axis: -1)
    }
    let (mask, share) = try segmenter.solution(
      unary: scores.expandingAxis(0),
      pairwise: features(frames, forward: forward, backward: backward),
      motion: followsMotion && !forward.isEmpty ? SpectralMotion(forward: forward, backward: backward) : nil,
      afterStep: afterStep)
    return Solution(masks: mask.squeezed(axis: 0), restartShare: share, strays: strays)
  }

  /// The refined soft mask of a frame, `[H, W]`, at its own size: y ← (1 − λ)·D⁻¹M·y + λ·s, from the enlarged solution on
  /// within the frame.
  ///
  /// - Parameters:
  ///   - solution: that of all frames.
  ///   - frame: the frame's number among them.
  ///   - image: the frame itself.
  ///   - mask: its mask.
  ///   - small: its mask, reduced.
  public func enlarged(
    _ solution: Solution, frame: Int, image: Image, mask: Image, reduced small: Image
  ) -> Tensor {
    let y = solution.masks[frame]
    guard longestSide != nil else { return y }
    func scores(_ mask: Image) -> Tensor { segmenter.scores(of: mask.tensor().expandingAxis(0)) }
    func enlarged(_ y: Tensor) -> Tensor { y.resized2d(height: image.height, width: image.width) }
    func volume(_ y: Tensor) -> Tensor { y.reshape(1, 1, image.height, image.width) }
    let (mask, small) =
      solution.strays.map { (mask.without($0[frame]), small.without($0[frame])) } ?? (mask, small)
    let s = volume(scores(mask)), share = solution.restartShare?.squeezed() ?? Tensor(0)
    // The steps so far restarted from the masks reduced. Where a mask is sure all pixels get the same value, and so no step.
    let start = volume(enlarged(y.expandingAxis(0).expandingAxis(-1) - share * scores(small))) + share * s
    var soft = start.clamp(min: 0.1, max: 0.9)
    // No step changes anything elsewhere.
    guard let near = Self.surroundings(of: Mask(soft.reshape(image.height, image.width), above: 0.1)) else {
      return soft.reshape(image.height, image.width)
    }
    let (rows, columns) = (near.y..<near.y + near.height, near.x..<near.x + near.width)
    let walk = Self.walk(
      within: image.cropped(x: near.x, y: near.y, height: near.height, width: near.width))
    var x = soft[.all, .all, rows, columns]
    let restart = share * s[.all, .all, rows, columns]
    for _ in 0..<Self.stepsWithinFrame { x = (1 - share) * walk.step(x) + restart }
    soft[.all, .all, rows, columns] = x
    return soft.reshape(image.height, image.width)
  }

  /// The box, in whole pixels, of what the steps within a frame look at around a mask; nil of an empty one.
  private static func surroundings(of mask: Mask) -> (x: Int, y: Int, height: Int, width: Int)? {
    guard let box = mask.boundingBox else { return nil }
    let margin = Double(reach * (stepsWithinFrame + 1))
    let near = Box(
      x: box.x - margin, y: box.y - margin, width: box.width + 2 * margin, height: box.height + 2 * margin
    )
    .clipped(height: mask.height, width: mask.width)
    return (Int(near.x), Int(near.y), Int(near.height), Int(near.width))
  }
}

extension MaskRefinement.Solution {
  /// The newest frame, the only one here, of a stream of one video that has taken in a frame.
  public init(_ stream: SpectralStream) {
    masks = stream.masks!.squeezed(axis: 0)[(-1)...]
    restartShare = stream.restartShare
    strays = nil
  }
}

extension Image {
  /// A mask's grey levels without some parts and what is next to these; the parts may be of another size.
  fileprivate func without(_ parts: Mask) -> Image {
    guard parts.area > 0 else { return self }
    let left = parts.dilated(by: .rectangle(height: 3, width: 3)).image.resized(height: height, width: width)
    return Image(
      height: height, width: width, channels: 1, pixels: zip(pixels, left.pixels).map { min($0, 255 - $1) })
  }
}
