import Tensor
import TestSupport

// Samples taken where another tensor says.
extension GradientCase {
  static let sampling: [GradientCase] = gridSamples + warps

  /// Coordinates within the image and beyond it, over more than one reflection.
  private static let wide = -2.9..<2.9

  private static let gridSamples: [GradientCase] =
    Interpolation.allCases.flatMap { interpolation in
      GridPadding.allCases.flatMap { padding in
        [false, true].flatMap { alignCorners in
          let options = "\(interpolation), \(padding)\(alignCorners ? ", aligned corners" : "")"
          return [
            GradientCase(
              "gridSample, \(options)", covers: "gridSample",
              inputs: [[2, 4, 3, 2], .uniform([2, 3, 5, 2], wide)]
            ) { $0[0].gridSample($0[1], by: interpolation, padding: padding, alignCorners: alignCorners) },
            GradientCase(
              "gridSample, volumes, \(options)", covers: "gridSample",
              inputs: [[1, 2, 3, 4, 2], .uniform([1, 2, 2, 3, 3], wide)]
            ) { $0[0].gridSample($0[1], by: interpolation, padding: padding, alignCorners: alignCorners) },
          ]
        }
      }
    } + [
      GradientCase(
        "gridSample, one pixel", covers: "gridSample", inputs: [[1, 1, 1, 3], .uniform([1, 2, 2, 2], wide)]
      ) { $0[0].gridSample($0[1], padding: .reflection) },
      GradientCase(
        "gridSample, an empty grid", covers: "gridSample", inputs: [[1, 2, 2, 3], [1, 0, 2, 2]]
      ) { $0[0].gridSample($0[1]) },
    ]

  private static let warps: [GradientCase] = [
    GradientCase("warped", covers: "warped", inputs: [[2, 4, 5, 3], .uniform([2, 4, 5, 2], -2.5..<2.5)]) {
      $0[0].warped(by: $0[1])
    },
    GradientCase(
      "warped, one row", covers: "warped", inputs: [[1, 1, 5, 1], .uniform([1, 1, 5, 2], -2.5..<2.5)]
    ) { $0[0].warped(by: $0[1]) },
  ]
}
