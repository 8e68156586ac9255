import NN
import Tensor
import Vision

/// SFTrack++ (Burceanu 2020): from the boxes of several trackers to one mask and one better box, by way of the spectral
/// segmentation of the last frames; differentiable from the last logit to the first weight.
///
/// 1. `feat2seg` turns each tracker's box in each frame into a mask of the object (phase 1);
/// 2. the masks are mixed, by weights learned for the trackers, and segmented together in space and time (SFSeg++);
///    `refinement` turns what comes out into a mask (phase 2): the paper's anew, the small one by what the solution, softly
///    binarised, lacks;
/// 3. `seg2box` turns the mask into that of the object's box (phase 3).
public struct SFTrack: Module {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For a CPU: 353,705 parameters, for five trackers.
    case small
    /// The paper's, under the published names: 4,858,921 parameters, for five trackers.
    case paper
  }

  /// From a frame and a box to a mask.
  public let feat2seg: Feat2Seg
  /// The trackers' weights, and the spectral step over their masks.
  public let mixture: SFSegPlusPlus
  /// From the spectral solution to the mask's logits.
  public let refinement: UNet2d
  private let refinesLogits: Bool
  /// From the mask's logits to those of the box.
  public let seg2box: UNet2d

  /// The paper's spectral step: once over the neighbours in 3 frames, 5×5 pixels (the released code's figures).
  public static let segmenter = SpectralSegmenter(kernel: [3, 5, 5], alpha: 0.5, p: 0.1, iterations: 1)

  /// Networks to train, for the boxes of so many trackers.
  public init(_ preset: Preset, trackers: Int = 5, segmenter: SpectralSegmenter = segmenter) {
    mixture = SFSegPlusPlus(channels: trackers, segmenter: segmenter)
    refinesLogits = preset == .small
    switch preset {
    case .small:
      feat2seg = Feat2Seg(.small)
      refinement = UNet2d(inputs: 1, widths: [8, 16, 16])
      seg2box = UNet2d(inputs: 1, widths: [8, 16, 32, 32])
    case .paper:
      feat2seg = Feat2Seg(.paper)
      refinement = UNet2d(inputs: 1, widths: [16, 32, 64, 64], upsampling: .published)
      seg2box = UNet2d(inputs: 1, widths: [16, 32, 64, 64], upsampling: .published)
    }
  }

  /// The number of trackers.
  public var trackerCount: Int { mixture.weight.shape[2] }

  /// What the chain says of the frames of its windows.
  public struct Output: Sendable {
    /// The masks of each tracker's box, `[N, T, H, W, C]` in [0, 1].
    public let channels: Tensor
    /// The spectral solution, `[N, T, H, W]` in [0, 1].
    public let solution: Tensor
    /// The logits of the object's pixels in the frame asked for, `[N, H, W, 1]`.
    public let mask: Tensor
    /// The logits of the pixels of its box, `[N, H, W, 1]`.
    public let box: Tensor
  }

  /// Segments windows of frames.
  /// - Parameters:
  ///   - images: RGB in [0, 1], `[N, T, H, W, 3]`.
  ///   - boxes: for each window and frame a box from each tracker, in pixels; nil where it lost the object.
  ///   - frame: the frame of the windows whose mask is wanted; the last one online.
  ///   - motion: where the pixels move, for the spectral step along it.
  public func callAsFunction(
    _ images: Tensor, boxes: [[[Box?]]], frame: Int, motion: SpectralMotion? = nil
  ) -> Output {
    segmented(channels(images, boxes: boxes), frame: frame, motion: motion)
  }

  /// What phases 2 and 3 make of the trackers' masks `[N, T, H, W, C]`.
  public func segmented(_ channels: Tensor, frame: Int, motion: SpectralMotion? = nil) -> Output {
    let solution = mixture(channels, motion: motion)
    let found = solution[.all, frame].expandingAxis(-1)
    let mask = refinesLogits ? mixture.segmenter.slope * (found - 0.5) + refinement(found) : refinement(found)
    return Output(channels: channels, solution: solution, mask: mask, box: seg2box(mask))
  }

  /// What phase 1 says: the soft masks `[N, T, H, W, C]` of the trackers' boxes.
  public func channels(_ images: Tensor, boxes: [[[Box?]]]) -> Tensor {
    let trackers = trackerCount, size = images.shape
    require(
      size.count == 5 && boxes.count == size[0]
        && boxes.allSatisfy { $0.count == size[1] && $0.allSatisfy { $0.count == trackers } },
      "SFTrack: boxes of \(trackers) trackers for windows of shape \(size)")
    let frames = images.reshape(size[0] * size[1], size[2], size[3], size[4])
    let masks = (0..<trackers).map { tracker in
      feat2seg(frames, boxes: boxes.flatMap { $0.map { $0[tracker] } }).sigmoid()
    }
    // What networks compute in bfloat16 is segmented in float32.
    let channels = Tensor.concatenate(masks, axis: -1)
    return (channels.dtype == .bfloat16 ? channels.to(.float32) : channels)
      .reshape(size[0], size[1], size[2], size[3], trackers)
  }
}
