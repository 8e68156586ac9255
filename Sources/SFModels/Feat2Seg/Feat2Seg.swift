import NN

/// `NN_feat2seg` of SFTrack++ (Burceanu 2020, phase 1): a U-Net from a frame and a box to the mask of the object in
/// the box. Input `[N, H, W, 4]`: RGB in [0, 1] and the box as a 0/1 mask; output `[N, H, W, 1]`, logits.
public enum Feat2Seg: String, Sendable, CaseIterable {
  /// 269,441 parameters, within the 100 K – 1 M that the paper validated.
  case small
  /// The released model's size: 4,320,897 parameters.
  case paper

  /// A network to train.
  public func makeNetwork() -> UNet2d {
    switch self {
    case .small: UNet2d(inputs: 4, widths: [16, 32, 64, 64])
    case .paper: UNet2d(inputs: 4, widths: [32, 64, 128, 256, 256])
    }
  }
}
