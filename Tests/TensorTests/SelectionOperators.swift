import Testing

@testable import Tensor

extension Options {
  /// The operator of a configuration of Fixtures/selections.py, applied to its operands; nil where it is not one of those.
  func applySelection(_ name: String, _ x: [Tensor]) throws -> Tensor? {
    switch name {
    case "cumulative_extreme":
      return flag("largest")
        ? x[0].cumulativeMax(axis: integer("axis")) : x[0].cumulativeMin(axis: integer("axis"))
    case "pairwise_distances": return x[0].pairwiseDistances(x[1])
    case "pooled_places":
      let (values, indices) = x[0].maxPool3dWithIndices(perAxis("kernel")!, stride: perAxis("stride")!)
      let size = integers("size")
      let back = values.detached().maxUnpool3d(indices, time: size[0], height: size[1], width: size[2])
      return .concatenate([back.flattened(), values.flattened(), indices.to(x[0].dtype).flattened()])
    case "position_encoding":
      return x[0].sinusoidalEncoding(channels: integer("channels"), base: number("base")!)
    case "quantile":
      return x[0].quantile(number("q")!, axis: integer("axis"), keepingAxes: flag("keeping"))
    case "scatter_combined":
      let indices = Tensor(integers("indices").map(Int32.init), shape: Shape(integers("index_shape")))
      let combination = try #require(ScatterCombination(rawValue: text("combination")))
      return flag("slices")
        ? x[0].scatter(x[1], at: indices, axis: integer("axis"), combining: combination)
        : x[0].scatter(x[1], elementsAt: indices, axis: integer("axis"), combining: combination)
    case "sequence_pooling":
      return text("kind") == "max"
        ? x[0].adaptiveMaxPool1d(length: integer("length"))
        : x[0].adaptiveAveragePool1d(length: integer("length"))
    case "vectors":
      return switch text("name") {
      case "cosine": x[0].cosineSimilarity(x[1], axis: integer("axis"))
      case "cross": x[0].crossProduct(x[1], axis: integer("axis"))
      default: x[0].normalized(axis: integer("axis"))
      }
    default: return nil
    }
  }
}
