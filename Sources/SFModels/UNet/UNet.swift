import NN
import Tensor

/// A U-Net (Ronneberger et al. 2015) over images `[N, H, W, C]` or volumes `[N, T, H, W, C]`: two
/// convolution–norm–ReLU per level, 2× max-pooling going down, upsampling and concatenation with the skip going
/// up, a 1×1 convolution at the end. Volumes keep their length: only height and width are pooled.
///
/// Sizes that do not divide by 2 at every level work too: what is upsampled is fitted to its skip.
public struct UNet: Layer {
  /// What the network sees.
  public enum Dimension: Sendable, Hashable {
    /// `[N, H, W, C]`, kernels 3×3.
    case images
    /// `[N, T, H, W, C]`, kernels 3×3×3.
    case volumes
  }

  /// How the way up enlarges.
  public enum Upsampling: Sendable, Hashable {
    /// A 2×2 transposed convolution that halves the channels.
    case transposed
    /// Bilinear interpolation, corners aligned.
    case linear
  }

  /// The choices that make a U-Net.
  public struct Configuration: Sendable, Hashable {
    /// Images or volumes.
    public var dimension: Dimension
    /// Channels in and out.
    public var inputs: Int, outputs: Int
    /// Channels at each level, the finest first.
    public var widths: [Int]
    /// How the way up enlarges.
    public var upsampling: Upsampling
    /// Whether the convolutions in front of a norm carry a bias too.
    public var hasBias: Bool

    /// One output channel of logits over images, unless told otherwise.
    public init(
      dimension: Dimension = .images, inputs: Int, outputs: Int = 1, widths: [Int],
      upsampling: Upsampling = .linear, hasBias: Bool = true
    ) {
      require(!widths.isEmpty, "a U-Net of no levels")
      (self.dimension, self.inputs, self.outputs) = (dimension, inputs, outputs)
      (self.widths, self.upsampling, self.hasBias) = (widths, upsampling, hasBias)
    }
  }

  private let encoder: [ConvolutionBlock]
  private let decoder: [DecoderStep]
  private let head: any Layer
  private let dimension: Dimension

  /// Initialised as PyTorch does.
  public init(_ configuration: Configuration) {
    let (dimension, widths) = (configuration.dimension, configuration.widths)
    self.dimension = dimension
    encoder = zip([configuration.inputs] + widths, widths).map { inputs, width in
      ConvolutionBlock(inputs, width, width, dimension, hasBias: configuration.hasBias)
    }
    var channels = widths[widths.count - 1]
    decoder = widths.indices.dropLast().reversed().map { level in
      let step = DecoderStep(channels, skip: widths[level], next: widths[max(level - 1, 0)], configuration)
      channels = step.outputs
      return step
    }
    head = convolution(channels, configuration.outputs, kernel: 1, dimension)
  }

  /// The logits, of the input's height and width.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var skips = [encoder[0](x)]
    for block in encoder.dropFirst() {
      skips.append(block(halved(skips[skips.count - 1])))
    }
    var y = skips.removeLast()
    for step in decoder { y = step(y, skip: skips.removeLast()) }
    return head(y)
  }

  private func halved(_ x: Tensor) -> Tensor {
    dimension == .images ? x.maxPool2d(2) : x.maxPool3d([1, 2, 2])
  }
}

/// Twice convolution, batch norm, ReLU.
struct ConvolutionBlock: Layer {
  let conv1: any Layer
  let norm1: BatchNorm
  let conv2: any Layer
  let norm2: BatchNorm

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, _ dimension: UNet.Dimension, hasBias: Bool) {
    conv1 = convolution(inputs, middle, kernel: 3, dimension, bias: hasBias)
    norm1 = BatchNorm(middle, relu: true)
    conv2 = convolution(middle, outputs, kernel: 3, dimension, bias: hasBias)
    norm2 = BatchNorm(outputs, relu: true)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    norm2(norm1(x, after: conv1), after: conv2)
  }
}

/// One level up: enlarge, join with the skip, block.
private struct DecoderStep: Module {
  let up: (any Layer)?
  let block: ConvolutionBlock
  let outputs: Int

  /// The block narrows what it is given by half, then to what the next step up needs: a transposed convolution halves
  /// by itself, an interpolation does not.
  init(_ channels: Int, skip: Int, next: Int, _ configuration: UNet.Configuration) {
    let isTransposed = configuration.upsampling == .transposed
    up = isTransposed ? transposedConvolution(channels, channels / 2, configuration.dimension) : nil
    let joined = skip + (isTransposed ? channels / 2 : channels)
    outputs = isTransposed ? skip : next
    block = ConvolutionBlock(
      joined, joined / 2, outputs, configuration.dimension, hasBias: configuration.hasBias)
  }

  func callAsFunction(_ x: Tensor, skip: Tensor) -> Tensor {
    block(.concatenate([skip, fitted(up?(x) ?? x, to: skip.shape)], axis: -1))
  }

  /// Interpolated where there is no transposed convolution, else padded with zeros where the skip's size is odd.
  private func fitted(_ x: Tensor, to skip: Shape) -> Tensor {
    if up == nil {
      return skip.rank == 4
        ? x.resized2d(height: skip[1], width: skip[2], alignCorners: true)
        : x.resized3d(time: skip[1], height: skip[2], width: skip[3], alignCorners: true)
    }
    let missing = skip.indices.dropLast().map { skip[$0] - x.shape[$0] } + [0]
    return missing.allSatisfy { $0 == 0 } ? x : x.padded(missing.map { ($0 / 2, $0 - $0 / 2) })
  }
}

private func convolution(
  _ inputs: Int, _ outputs: Int, kernel: Int, _ dimension: UNet.Dimension, bias: Bool = true
) -> any Layer {
  let size = PerAxis(kernel)
  return dimension == .images
    ? Conv2d(inputs, outputs, kernel: size, padding: .same, bias: bias)
    : Conv3d(inputs, outputs, kernel: size, padding: .same, bias: bias)
}

private func transposedConvolution(
  _ inputs: Int, _ outputs: Int, _ dimension: UNet.Dimension
) -> any Layer {
  dimension == .images
    ? ConvTranspose2d(inputs, outputs, kernel: 2, stride: 2)
    : ConvTranspose3d(inputs, outputs, kernel: [1, 2, 2], stride: [1, 2, 2])
}
