import Tensor
import TestSupport

// Samples taken where another tensor says.
extension GradientCase {
  static let sampling: [GradientCase] =
    gridSamples + warps + affineMaps + regions + alignedRegions + deformations

  /// Coordinates within the image and beyond it, over more than one reflection.
  private static let wide = -2.9..<2.9

  private static let gridSamples: [GradientCase] =
    [Interpolation.nearest, .nearestExact, .linear, .cubic].flatMap { interpolation in
      GridPadding.allCases.flatMap { padding in
        [false, true].flatMap { alignCorners in
          let options = "\(interpolation), \(padding)\(alignCorners ? ", aligned corners" : "")"
          return [
            GradientCase(
              "gridSample, \(options)", covers: "gridSample",
              inputs: [[2, 4, 3, 2], .uniform([2, 3, 5, 2], wide)]
            ) {
              $0[0].gridSample(
                $0[1], interpolation: interpolation, padding: padding, alignCorners: alignCorners)
            },
            GradientCase(
              "gridSample, volumes, \(options)", covers: "gridSample",
              inputs: [[1, 2, 3, 4, 2], .uniform([1, 2, 2, 3, 3], wide)]
            ) {
              $0[0].gridSample(
                $0[1], interpolation: interpolation, padding: padding, alignCorners: alignCorners)
            },
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

  private static let affineMaps: [GradientCase] =
    [false, true].flatMap { alignCorners in
      let options = alignCorners ? ", aligned corners" : ""
      return [
        GradientCase("affineGrid2d\(options)", covers: "affineGrid2d", inputs: [[2, 2, 3]]) {
          $0[0].affineGrid2d(height: 3, width: 1, alignCorners: alignCorners)
        },
        GradientCase("affineGrid3d\(options)", covers: "affineGrid3d", inputs: [[1, 3, 4]]) {
          $0[0].affineGrid3d(time: 2, height: 3, width: 2, alignCorners: alignCorners)
        },
      ]
    }

  private static let alignedRegions: [GradientCase] =
    [(2, true, 1.0), (nil, true, 0.5), (nil, false, 1), (3, false, 2)].map { points, halfPixel, scale in
      GradientCase(
        "roiAlign, \(points.map(String.init) ?? "adaptive") places\(halfPixel ? ", half pixels" : ""), scale \(scale)",
        covers: "roiAlign", inputs: [[2, 5, 6, 3]]
      ) {
        let boxes: [Double] = [1, 0.3, 0.6, 4.2, 3.1, 0, -2.3, -1.6, 2.4, 7.3, 0, 4, 4, 3, 3]
        return $0[0].roiAlign(
          Tensor(boxes, shape: [3, 5]).to($0[0].dtype), height: 3, width: 2, scale: scale, points: points,
          halfPixel: halfPixel)
      }
    }

  private static let deformations: [GradientCase] = [
    GradientCase(
      "deformableConv2d", covers: "deformableConv2d",
      inputs: [[2, 4, 5, 2], [2, 2, 2, 3], .uniform([2, 3, 4, 1, 4, 2], -1.4..<1.4)]
    ) { $0[0].deformableConv2d($0[1], offsets: $0[2]) },
    GradientCase(
      "deformableConv2d, all options", covers: "deformableConv2d",
      inputs: [
        [1, 4, 5, 4], [3, 1, 2, 4], .uniform([1, 2, 6, 2, 3, 2], -1.4..<1.4), [1, 2, 6, 2, 3], [4],
      ]
    ) {
      $0[0].deformableConv2d(
        $0[1], offsets: $0[2], mask: $0[3], bias: $0[4], stride: [2, 1],
        padding: .uneven(before: [1, 0], after: [0, 1]), dilation: [1, 2], groups: 2)
    },
  ]

  private static let regions: [GradientCase] = [
    ("", [0.3, 0.6, 4.2, 3.1, 1.7, 0.4, 2.2, 3.6], 1.0),
    ("beyond the image", [-2.3, -1.6, 2.4, 1.3, 3.2, 2.1, 7.7, 9.4], 1),
    ("a whole image beyond", [-9.3, -9.6, -4.4, -5.3, 0.2, 0.1, 1.7, 1.4], 1),
    ("scaled", [3.1, 2.2, 21.9, 17.3, 8.4, 3.9, 10.6, 12.2], 0.25),
  ].map { name, edges, scale in
    GradientCase(
      name.isEmpty ? "preciseRoIPool" : "preciseRoIPool, \(name)", covers: "preciseRoIPool",
      inputs: [[2, 5, 6, 3], .values(edges, [2, 4])]
    ) { x in
      let samples = Tensor([1.0, 0.0], shape: [2, 1]).to(x[1].dtype)
      return x[0].preciseRoIPool(
        .concatenate([samples, x[1]], axis: 1), height: 3, width: 2, scale: scale)
    }
  }
}
