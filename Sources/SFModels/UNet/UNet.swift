import NN
import Tensor

/// A U-Net over images `[N, H, W, C]`, kernels 3×3.
public typealias UNet2d = UNet<2>
/// A U-Net over volumes `[N, T, H, W, C]`, kernels 3×3×3.
public typealias UNet3d = UNet<3>

/// How the way up of a U-Net enlarges.
public enum UNetUpsampling: Sendable {
  /// A 2×2 transposed convolution that halves the channels.
  case transposed
  /// Bilinear interpolation to the skip's size, corners aligned.
  case linear
  /// Bilinear interpolation by 2, corners aligned, padded with zeros where the skip's size is odd: as in the published
  /// networks of SFTrack++, under whose names the parameters stand.
  case published
}

/// A U-Net (Ronneberger et al. 2015), ``UNet2d`` or ``UNet3d``: two convolution–norm–ReLU per level, 2× max-pooling
/// going down, upsampling and concatenation with the skip going up, a 1×1 convolution at the end. Volumes keep their
/// length: only height and width are pooled.
///
/// Sizes that do not divide by 2 at every level work too: what is upsampled is fitted to its skip.
public struct UNet<let axes: Int>: Layer, CustomReflectable {
  let encoder: [ConvolutionBlock<axes>]
  let decoder: [DecoderStep<axes>]
  let head: Convolution<axes>
  private let upsampling: UNetUpsampling

  /// Initialised as PyTorch does.
  /// - Parameters:
  ///   - inputs: channels in.
  ///   - outputs: channels out, logits.
  ///   - widths: channels at each level, the finest first.
  ///   - upsampling: how the way up enlarges.
  ///   - bias: whether the convolutions in front of a norm carry a bias too.
  public init(
    inputs: Int, outputs: Int = 1, widths: [Int], upsampling: UNetUpsampling = .linear, bias: Bool = true
  ) {
    require((axes == 2 || axes == 3) && !widths.isEmpty, "UNet: \(widths.count) levels over \(axes) axes")
    self.upsampling = upsampling
    encoder = zip([inputs] + widths, widths).map { ConvolutionBlock($0, $1, $1, bias: bias) }
    var channels = widths[widths.count - 1]
    decoder = widths.indices.dropLast().reversed().map { level in
      let step = DecoderStep<axes>(
        channels, skip: widths[level], next: widths[max(level - 1, 0)], upsampling, bias: bias)
      channels = step.outputs
      return step
    }
    head = Convolution(channels, outputs, kernel: 1)
  }

  /// What the search for parameters looks into.
  public var customMirror: Mirror {
    upsampling == .published
      ? publishedMirror : Mirror(self, children: ["encoder": encoder, "decoder": decoder, "head": head])
  }

  /// The logits, of the input's height and width.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var y = encoder[0](x)
    var skips: [Tensor] = []
    for block in encoder.dropFirst() {
      skips.append(y)
      y = block(axes == 2 ? y.maxPool2d(2) : y.maxPool3d([1, 2, 2]))
    }
    for step in decoder { y = step(y, skip: skips.removeLast()) }
    return head(y)
  }
}

/// Twice convolution, batch norm, ReLU.
struct ConvolutionBlock<let axes: Int>: Layer {
  let conv1: Convolution<axes>
  let norm1: BatchNorm
  let conv2: Convolution<axes>
  let norm2: BatchNorm

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, bias: Bool) {
    conv1 = Convolution(inputs, middle, kernel: 3, padding: 1, bias: bias)
    norm1 = BatchNorm(middle, relu: true)
    conv2 = Convolution(middle, outputs, kernel: 3, padding: 1, bias: bias)
    norm2 = BatchNorm(outputs, relu: true)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    norm2(norm1(x, after: conv1), after: conv2)
  }
}

/// One level up: enlarge, join with the skip, block.
struct DecoderStep<let axes: Int>: Module {
  let up: TransposedConvolution<axes>?
  let block: ConvolutionBlock<axes>
  let outputs: Int
  private let isPublished: Bool

  /// The block narrows what it is given by half, then to what the next step up needs: a transposed convolution halves
  /// by itself, an interpolation does not.
  init(_ channels: Int, skip: Int, next: Int, _ upsampling: UNetUpsampling, bias: Bool) {
    let isTransposed = upsampling == .transposed
    isPublished = upsampling == .published
    let doubling = Array([1, 2, 2].suffix(axes))
    up =
      isTransposed
      ? TransposedConvolution(channels, channels / 2, kernel: doubling, stride: doubling) : nil
    let joined = skip + (isTransposed ? channels / 2 : channels)
    outputs = isTransposed ? skip : next
    block = ConvolutionBlock(joined, joined / 2, outputs, bias: bias)
  }

  func callAsFunction(_ x: Tensor, skip: Tensor) -> Tensor {
    let size = Array(skip.shape.dropFirst().dropLast())
    let larger =
      if let up {
        padded(up(x), to: size)
      } else if isPublished {
        // A volume keeps its length.
        padded(
          enlarged(x, to: x.shape.dropFirst().dropLast().enumerated().map { $0 < axes - 2 ? $1 : 2 * $1 }),
          to: size)
      } else {
        enlarged(x, to: size)
      }
    return block(.concatenate([skip, larger], axis: -1))
  }

  private func enlarged(_ x: Tensor, to size: [Int]) -> Tensor {
    axes == 2
      ? x.resized2d(height: size[0], width: size[1], alignCorners: true)
      : x.resized3d(time: size[0], height: size[1], width: size[2], alignCorners: true)
  }

  private func padded(_ x: Tensor, to size: [Int]) -> Tensor {
    let missing = [0] + zip(size, x.shape.dropFirst()).map(-) + [0]
    return missing.allSatisfy { $0 == 0 } ? x : x.padded(missing.map { ($0 / 2, $0 - $0 / 2) })
  }
}
