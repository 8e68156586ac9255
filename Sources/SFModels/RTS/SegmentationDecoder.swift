import NN
import Tensor

/// D_θ: from the encoding of a mask and the backbone's features to the mask (RTS, §3.4). It goes from the backbone's deepest
/// level to its shallowest, then to the image's size.
struct SegmentationDecoder: Module, CustomReflectable {
  /// The levels, the deepest first.
  private let levels: [Level]
  private let head: Head

  /// - Parameters:
  ///   - features: the channels of the backbone's levels, the shallowest first.
  ///   - encoding: the channels of the mask's encoding.
  ///   - width: the channels of the shallowest level; deeper ones have twice, twice and four times as many.
  init(features: [Int], encoding: Int, width: Int) {
    let widths = [1, 2, 2, 4].map { $0 * width }
    require(features.count == widths.count, "SegmentationDecoder: features of \(features.count) levels")
    levels = features.indices.reversed().map { level in
      Level(
        features: features[level], encoding: encoding, deeper: level + 1 < 4 ? widths[level + 1] : nil,
        channels: widths[level])
    }
    head = Head(width)
    // With norms in evaluation nothing else keeps the scale over so many layers.
    for (_, parameter) in namedParameters where parameter.layout == .filter {
      parameter.initialize(.kaimingNormal())
    }
    // No pixel is anybody's to begin with: from saturated logits the Lovász loss finds no way back.
    head.conv2.weight.update { $0 = $0 * 0.1 }
  }

  /// The parts under their published names, which number the levels from the shallowest.
  var customMirror: Mirror {
    let parts = zip(levels, (1...levels.count).reversed()).flatMap { level, number -> [Mirror.Child] in
      [
        ("TSE.layer\(number)", level.encoding), ("RRB1.layer\(number)", level.first),
        ("CAB.layer\(number)", level.attention), ("RRB2.layer\(number)", level.second),
        ("proj.layer\(number)", level.projection as Any),
      ]
    }
    return Mirror(self, children: parts + [("project", head)])
  }

  /// The logits `[N, height, width, 1]`, from an encoding `[N, H/16, W/16, D]` and features of strides 4, 8, 16 and 32.
  func callAsFunction(_ encoding: Tensor, _ features: [Tensor], height: Int, width: Int) -> Tensor {
    var deeper: Tensor?
    for (level, x) in zip(levels, features.reversed()) { deeper = level(x, encoding, deeper: deeper) }
    return head(deeper!, height: height, width: width)
  }
}

/// One level.
private struct Level: Module {
  let encoding: TargetEncoding
  let first: ResidualRefinement
  let attention: ChannelAttention
  let second: ResidualRefinement
  /// From the channels of the level below to this one's; the deepest has none below.
  let projection: Sequential?

  init(features: Int, encoding channels: Int, deeper: Int?, channels outputs: Int) {
    encoding = TargetEncoding(features: features, encoding: channels, outputs: outputs)
    first = ResidualRefinement(outputs)
    attention = ChannelAttention(outputs)
    second = ResidualRefinement(outputs)
    projection = deeper.map { Sequential(Conv2d($0, outputs, kernel: 1), ReLU()) }
  }

  func callAsFunction(_ x: Tensor, _ mask: Tensor, deeper: Tensor?) -> Tensor {
    let (encoded, reduced) = encoding(x, encoding: mask)
    // What is deeper than the deepest level is its features' mean over the image.
    let deep = deeper.map { projection!($0) } ?? reduced.globalAveragePool()
    return second(attention(first(encoded), deep: deep))
  }
}

/// From the shallowest level to logits.
private struct Head: Module {
  let conv1: Conv2d
  let conv2: Conv2d

  init(_ channels: Int) {
    conv1 = Conv2d(channels, channels / 2, kernel: 3, padding: 1, relu: true)
    conv2 = Conv2d(channels / 2, 1, kernel: 3, padding: 1)
  }

  func callAsFunction(_ x: Tensor, height: Int, width: Int) -> Tensor {
    let y = conv1(x.upsampled2d(by: 2, interpolation: .cubic))
    return conv2(y.resized2d(height: height, width: width, interpolation: .cubic))
  }
}
