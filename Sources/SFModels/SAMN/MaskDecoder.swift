import NN
import Tensor

/// From what the memory tells of a frame to the logits of background and target (SAMN, Fig. 5).
struct MaskDecoder: Module, CustomReflectable {
  private let reduction: Conv2d
  private let residual: PreactivatedBlock
  private let refinements: [Refinement]
  private let prediction: Conv2d

  /// - Parameters:
  ///   - inputs: the channels of what the memory tells.
  ///   - features: the channels of the query's levels of strides 4 and 8.
  ///   - width: the channels inside.
  init(inputs: Int, features: [Int], width: Int) {
    reduction = Conv2d(inputs, width, kernel: 3, padding: 1)
    residual = PreactivatedBlock(width)
    refinements = features.reversed().map { Refinement($0, width) }
    prediction = Conv2d(width, 2, kernel: 3, padding: 1)
  }

  /// The published names.
  var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "convFM": reduction, "ResMM": residual, "RF3": refinements[0], "RF2": refinements[1],
        "pred2": prediction,
      ] as KeyValuePairs<String, Any>)
  }

  /// The logits `[N, H, W, 2]` of images of that size.
  /// - Parameters:
  ///   - x: what the memory tells, `[N, H/16, W/16, C]`.
  ///   - position: how far each place is from where the target is supposed, `[1, H/16, W/16, 1]`.
  ///   - levels: the query's levels of strides 4 and 8.
  func callAsFunction(_ x: Tensor, position: Tensor, levels: [Tensor], height: Int, width: Int) -> Tensor {
    var x = residual(reduction(x)) + position
    for (refinement, level) in zip(refinements, levels.reversed()) { x = refinement(level, x) }
    return prediction(x.relu()).resized2d(height: height, width: width)
  }
}

/// Two convolutions, each behind a ReLU, around which the input is carried (He et al. 2016b).
private struct PreactivatedBlock: Layer {
  let conv1: Conv2d, conv2: Conv2d

  init(_ channels: Int) {
    conv1 = Conv2d(channels, channels, kernel: 3, padding: 1, relu: true)
    conv2 = Conv2d(channels, channels, kernel: 3, padding: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { x + conv2(conv1(x.relu())) }
}

/// Adds a level of the query to what is deeper, enlarged.
private struct Refinement: Module, CustomReflectable {
  private let skip: Conv2d
  private let skipResidual: PreactivatedBlock, residual: PreactivatedBlock

  init(_ features: Int, _ channels: Int) {
    skip = Conv2d(features, channels, kernel: 3, padding: 1)
    (skipResidual, residual) = (PreactivatedBlock(channels), PreactivatedBlock(channels))
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: ["convFS": skip, "ResFS": skipResidual, "ResMM": residual] as KeyValuePairs<String, Any>)
  }

  func callAsFunction(_ level: Tensor, _ deeper: Tensor) -> Tensor {
    residual(skipResidual(skip(level)) + deeper.resized2d(height: level.shape[1], width: level.shape[2]))
  }
}

extension Tensor {
  /// Soft aggregation (Oh et al. 2018, equation 3): from the probabilities `[N, H, W, K]` that pixels are those of each of K
  /// objects, to the logits `[N, H, W, K + 1]` of background, which is what no object is, and objects.
  func softAggregated() -> Tensor {
    let p = Tensor.concatenate([(1 - self).product(axis: -1, keepingAxes: true), self], axis: -1)
      .clamp(min: 1e-7, max: 1 - 1e-7)
    return (p / (1 - p)).log()
  }
}
