import Testing

@testable import Tensor

extension Options {
  /// The operator of a configuration, applied to its operands.
  func apply(_ name: String, _ x: [Tensor]) throws -> Tensor {
    switch name {
    case "grid_sample":
      x[0].gridSample(
        x[1], by: try interpolation, padding: try #require(GridPadding(rawValue: text("padding"))),
        alignCorners: flag("align_corners"))
    default: if let y = try applyAlgebra(name, x) { y } else { throw UnknownOperator(name: name) }
    }
  }

  private var interpolation: Interpolation {
    get throws { try #require(Interpolation(rawValue: text("interpolation"))) }
  }

  private struct UnknownOperator: Error { let name: String }
}
