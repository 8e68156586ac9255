import NN
import Tensor
import Vision

/// `NN_feat2seg` of SFTrack++ (Burceanu 2020, phase 1): a U-Net from a frame and a box to the mask of the object in
/// the box. It sees four channels, RGB in [0, 1] and the box as a 0/1 mask; its parameters bear
/// the names of the U-Net's.
public struct Feat2Seg: Module, CustomReflectable {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// 269,441 parameters, within the 100 K – 1 M that the paper validated.
    case small
    /// The published model under its names: 4,320,897 parameters.
    case paper
  }

  private let network: UNet2d

  /// A network to train.
  public init(_ preset: Preset) {
    network =
      switch preset {
      case .small: UNet2d(inputs: 4, widths: [16, 32, 64, 64])
      case .paper: UNet2d(inputs: 4, widths: [32, 64, 128, 256, 256], upsampling: .published)
      }
  }

  /// What the search for parameters looks into.
  public var customMirror: Mirror { Mirror(reflecting: network) }

  /// The logits `[N, H, W, 1]` of the objects that boxes point at in images `[N, H, W, 3]`, RGB in [0, 1]: a box for each
  /// image, in its pixels; nil where the object is lost.
  public func callAsFunction(_ images: Tensor, boxes: [Box?]) -> Tensor {
    require(
      images.rank == 4 && images.shape[3] == 3 && images.shape[0] == boxes.count,
      "Feat2Seg: \(boxes.count) boxes for images of shape \(images.shape)")
    let (height, width) = (images.shape[1], images.shape[2])
    let masks = boxes.map { box in
      (box.map { Mask($0, height: height, width: width) } ?? Mask(height: height, width: width)).tensor()
    }
    return network(.concatenate([images, .stack(masks).to(images.dtype)], axis: -1))
  }

  /// The logits `[H, W, 1]` of the object that a box points at.
  public func callAsFunction(_ image: Image, box: Box?) -> Tensor {
    self(image.converted(to: .rgb).tensor().expandingAxis(0), boxes: [box])[0]
  }
}
