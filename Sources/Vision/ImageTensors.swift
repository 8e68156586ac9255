import Tensor

extension Image {
  /// The pixels as `[H, W, C]`, float32 in [0, 1].
  public func tensor() -> Tensor {
    Tensor(pixels, shape: [height, width, channels]).to(.float32) / 255
  }

  /// An image from `[H, W, C]`, C 1, 3 or 4, values in [0, 1]; what lies outside is cut off, NaN becomes 0.
  public init(_ tensor: Tensor) {
    require(
      tensor.rank == 3 && [1, 3, 4].contains(tensor.shape[2]), "Image: a tensor of shape \(tensor.shape)")
    let bytes = (tensor.to(.float32).clamp(min: 0, max: 1) * 255).round().to(.uint8)
    self.init(
      height: tensor.shape[0], width: tensor.shape[1], channels: tensor.shape[2],
      pixels: bytes.array(of: UInt8.self))
  }
}

extension Mask {
  /// The mask as `[H, W, 1]`, float32, 0 or 1.
  public func tensor() -> Tensor {
    Tensor(values, shape: [height, width, 1]).to(.float32)
  }

  /// The pixels of `[H, W, 1]` (or `[H, W]`) above a threshold.
  public init(_ tensor: Tensor, above threshold: Double) {
    require(
      tensor.rank == 2 || tensor.rank == 3 && tensor.shape[2] == 1, "Mask: a tensor of shape \(tensor.shape)")
    let bits = (tensor .> threshold).to(.uint8).array(of: UInt8.self)
    self.init(height: tensor.shape[0], width: tensor.shape[1], bits: bits)
  }
}
