import Tensor
import TestSupport

// Pooling, normalisation and resampling.
extension GradientCase {
  private static func of(
    _ name: String, _ place: String = "", _ input: Input, _ body: @escaping @Sendable (Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [input]) { body($0[0]) }
  }

  static let pooling: [GradientCase] = [
    of("maxPool2d", "", .distinct([2, 4, 4, 2])) { $0.maxPool2d(2) },
    of("maxPool2d", "remainder", .distinct([1, 5, 7, 2])) { $0.maxPool2d(2) },
    of("maxPool2d", "overlapping, padding", .distinct([1, 5, 6, 2])) {
      $0.maxPool2d(3, stride: 2, padding: 1)
    },
    of("maxPool2d", "asymmetric kernel", .distinct([1, 5, 4, 2])) { $0.maxPool2d([3, 2], stride: [1, 2]) },
    of("maxPool2d", "asymmetric padding", .distinct([1, 4, 4, 1])) {
      $0.maxPool2d(3, stride: 2, padding: .uneven(before: [0, 1], after: [1, 0]))
    },
    of("maxPool2d", "ceiling", .distinct([1, 5, 6, 2])) { $0.maxPool2d(2, stride: 3, ceilMode: true) },
    of("maxPool2d", "ceiling, padding", .distinct([1, 6, 5, 1])) {
      $0.maxPool2d(3, stride: 2, padding: 1, ceilMode: true)
    },
    of("maxPool2d", "dilation", .distinct([1, 6, 5, 2])) { $0.maxPool2d(2, stride: 1, dilation: [3, 2]) },
    of("maxPool2d", "dilation, padding", .distinct([1, 5, 5, 1])) {
      $0.maxPool2d(3, stride: 2, padding: 1, dilation: 2)
    },
    of("maxPool2dWithIndices", "", .distinct([1, 5, 4, 2])) {
      $0.maxPool2dWithIndices(3, stride: 2, padding: 1).values
    },
    of("maxUnpool2d", "", .distinct([2, 4, 6, 2])) { x in
      let (values, indices) = x.maxPool2dWithIndices(2)
      return (values * 2).maxUnpool2d(indices, height: 4, width: 6) * x
    },
    of("maxPool3d", "", .distinct([1, 4, 4, 2, 2])) { $0.maxPool3d(2) },
    of("maxPool3d", "all options", .distinct([1, 4, 5, 5, 1])) {
      $0.maxPool3d([1, 3, 2], stride: [2, 2, 1], padding: [0, 1, 0], dilation: [1, 1, 2], ceilMode: true)
    },
    of("maxPool1d", "", .distinct([2, 7, 2])) { $0.maxPool1d(3, stride: 2, padding: 1, ceilMode: true) },
    of("averagePool1d", "", [2, 7, 2]) { $0.averagePool1d(3, stride: 2, padding: 1) },
    of("adaptiveMaxPool2d", "", .distinct([2, 5, 7, 2])) { $0.adaptiveMaxPool2d(height: 3, width: 4) },
    of("adaptiveMaxPool2d", "larger", .distinct([1, 2, 3, 1])) { $0.adaptiveMaxPool2d(height: 5, width: 3) },
    of("adaptiveMaxPool1d", "", .distinct([2, 7, 2])) { $0.adaptiveMaxPool1d(length: 3) },
    of("adaptiveAveragePool1d", "", [2, 7, 2]) { $0.adaptiveAveragePool1d(length: 4) },
    of("adaptiveMaxPool3d", "", .distinct([1, 3, 4, 2, 2])) {
      $0.adaptiveMaxPool3d(time: 2, height: 3, width: 1)
    },
    of("adaptiveAveragePool2d", "", [2, 5, 7, 2]) { $0.adaptiveAveragePool2d(height: 3, width: 4) },
    of("adaptiveAveragePool2d", "larger", [1, 2, 3, 1]) { $0.adaptiveAveragePool2d(height: 5, width: 4) },
    of("adaptiveAveragePool3d", "", [1, 3, 4, 2, 2]) {
      $0.adaptiveAveragePool3d(time: 2, height: 3, width: 5)
    },
    of("globalMaxPool", "", .distinct([2, 3, 4, 2])) { $0.globalMaxPool() },
    of("globalAveragePool", "", [2, 3, 4, 2]) { $0.globalAveragePool() },
    of("globalAveragePool", "volumes", [2, 2, 3, 2, 2]) { $0.globalAveragePool() },
    of("averagePool2d", "", [2, 4, 4, 2]) { $0.averagePool2d(2) },
    of("averagePool2d", "overlapping", [1, 4, 5, 2]) { $0.averagePool2d([2, 3], stride: 1) },
    of("averagePool2d", "counting padding", [1, 5, 4, 2]) { $0.averagePool2d(3, stride: 2, padding: 1) },
    of("averagePool2d", "dilation", [1, 6, 5, 2]) {
      $0.averagePool2d(2, stride: 1, padding: 1, dilation: [2, 3])
    },
    of("averagePool2d", "leaving padding out", [1, 5, 4, 2]) {
      $0.averagePool2d(3, stride: 2, padding: 1, includesPadding: false)
    },
    of("averagePool2d", "asymmetric padding, leaving it out", [1, 4, 4, 1]) {
      $0.averagePool2d(
        3, stride: 2, padding: .uneven(before: [0, 2], after: [2, 0]), includesPadding: false)
    },
    of("averagePool2d", "ceiling", [1, 5, 6, 1]) { $0.averagePool2d(2, stride: 3, ceilMode: true) },
    of("averagePool2d", "ceiling, padding", [1, 6, 5, 1]) {
      $0.averagePool2d(3, stride: 2, padding: 1, ceilMode: true)
    },
    of("averagePool2d", "ceiling, leaving padding out", [1, 6, 5, 1]) {
      $0.averagePool2d(3, stride: 2, padding: 1, ceilMode: true, includesPadding: false)
    },
    of("averagePool3d", "", [1, 2, 4, 4, 2]) { $0.averagePool3d(2) },
    of("averagePool3d", "all options", [1, 3, 4, 4, 1]) {
      $0.averagePool3d(
        [2, 3, 2], stride: [1, 2, 3], padding: [1, 1, 0], ceilMode: true, includesPadding: false)
    },
  ]

  private static let images = Input.normal([2, 3, 2, 3])

  static let normalization: [GradientCase] = [
    GradientCase("batchNorm", covers: "batchNorm", inputs: [images, [3], [3]]) {
      $0[0].batchNorm(weight: $0[1], bias: $0[2]).output
    },
    GradientCase("batchNorm, relu", covers: "batchNorm", inputs: [images, [3], [3]]) {
      $0[0].batchNorm(weight: $0[1], bias: $0[2], relu: true).output
    },
    GradientCase("batchNorm, volumes", covers: "batchNorm", inputs: [[2, 2, 2, 2, 2], [2], [2]]) {
      $0[0].batchNorm(weight: $0[1], bias: $0[2], epsilon: 0.1).output
    },
    GradientCase("batchNorm, rows, many channels", covers: "batchNorm", inputs: [[3, 19], [19], [19]]) {
      $0[0].batchNorm(weight: $0[1], bias: $0[2]).output
    },
    GradientCase("batchNorm, the input used beside it", covers: "batchNorm", inputs: [[4, 2], [2]]) {
      $0[0] + $0[0].batchNorm(weight: $0[1], bias: $0[1]).output
    },
    GradientCase("batchNorm, given statistics", covers: "batchNorm", inputs: [images, [3], [3]]) {
      $0[0].batchNorm(
        weight: $0[1], bias: $0[2], mean: given($0[0], [0.3, -0.2, 1]), variance: given($0[0], [0.5, 1, 2]))
    },
    GradientCase("batchNorm, given statistics, relu", covers: "batchNorm", inputs: [images, [3], [3]]) {
      $0[0].batchNorm(
        weight: $0[1], bias: $0[2], mean: given($0[0], [0.3, -0.2, 1]), variance: given($0[0], [0.5, 1, 2]),
        relu: true)
    },
    GradientCase("groupNorm", covers: "groupNorm", inputs: [[2, 3, 2, 4], [4], [4]]) {
      $0[0].groupNorm(groups: 2, weight: $0[1], bias: $0[2])
    },
    GradientCase("groupNorm, one group", covers: "groupNorm", inputs: [[2, 2, 2, 3], [3], [3]]) {
      $0[0].groupNorm(groups: 1, weight: $0[1], bias: $0[2])
    },
    GradientCase("groupNorm, a group per channel", covers: "groupNorm", inputs: [[2, 2, 2, 2, 3], [3], [3]]) {
      $0[0].groupNorm(groups: 3, weight: $0[1], bias: $0[2])
    },
    GradientCase("batchNorm, neither scaled nor shifted", covers: "batchNorm", inputs: [images]) {
      $0[0].batchNorm().output
    },
    GradientCase("batchNorm, not scaled", covers: "batchNorm", inputs: [images, [3]]) {
      $0[0].batchNorm(bias: $0[1], relu: true).output
    },
    GradientCase("batchNorm, given statistics, not shifted", covers: "batchNorm", inputs: [images, [3]]) {
      $0[0].batchNorm(
        weight: $0[1], mean: given($0[0], [0.3, -0.2, 1]), variance: given($0[0], [0.5, 1, 2]))
    },
    GradientCase("groupNorm, neither scaled nor shifted", covers: "groupNorm", inputs: [images]) {
      $0[0].groupNorm(groups: 1)
    },
    GradientCase("instanceNorm", covers: "instanceNorm", inputs: [images, [3], [3]]) {
      $0[0].instanceNorm(weight: $0[1], bias: $0[2])
    },
    GradientCase("instanceNorm, volumes, plain", covers: "instanceNorm", inputs: [[2, 2, 2, 3, 2]]) {
      $0[0].instanceNorm(epsilon: 0.1)
    },
    GradientCase("instanceL2Norm", covers: "instanceL2Norm", inputs: [images]) {
      $0[0].instanceL2Norm(scale: 0.3)
    },
    GradientCase("rmsNorm", covers: "rmsNorm", inputs: [[2, 3, 5], [5]]) { $0[0].rmsNorm(weight: $0[1]) },
    GradientCase("rmsNorm, over two axes", covers: "rmsNorm", inputs: [[2, 3, 5], [3, 5]]) {
      $0[0].rmsNorm(weight: $0[1], epsilon: 0.1)
    },
    GradientCase("localResponseNorm", covers: "localResponseNorm", inputs: [[2, 2, 7]]) {
      $0[0].localResponseNorm(size: 3, alpha: 0.7, beta: 0.6, k: 1.5)
    },
    GradientCase("localResponseNorm, wider than the channels", covers: "localResponseNorm", inputs: [[3, 2]])
    {
      $0[0].localResponseNorm(size: 6, alpha: 0.7)
    },
    GradientCase("layerNorm, over two axes", covers: "layerNorm", inputs: [[2, 3, 5], [3, 5], [3, 5]]) {
      $0[0].layerNorm(weight: $0[1], bias: $0[2])
    },
    GradientCase("layerNorm, plain", covers: "layerNorm", inputs: [[2, 3, 5]]) { $0[0].layerNorm() },
    GradientCase("layerNorm", covers: "layerNorm", inputs: [[2, 3, 5], [5], [5]]) {
      $0[0].layerNorm(weight: $0[1], bias: $0[2])
    },
    GradientCase("layerNorm, odd width", covers: "layerNorm", inputs: [[2, 37], [37], [37]]) {
      $0[0].layerNorm(weight: $0[1], bias: $0[2])
    },
  ]

  private static func given(_ like: Tensor, _ values: [Double]) -> Tensor { Tensor(values).to(like.dtype) }

  static let resampling: [GradientCase] =
    [(5, 7, "up"), (2, 2, "down"), (6, 8, "doubled"), (3, 1, "to one column"), (3, 4, "same size")].flatMap {
      height, width, size in
      Interpolation.allCases.flatMap { interpolation in
        (interpolation == .area ? [false] : [false, true]).map { alignCorners in
          of(
            "resized2d", "\(interpolation), \(size)\(alignCorners ? ", aligned corners" : "")", [2, 3, 4, 2]
          ) {
            $0.resized2d(
              height: height, width: width, interpolation: interpolation, alignCorners: alignCorners)
          }
        }
      }
    }
    + [Interpolation.nearest, .nearestExact, .linear].flatMap { interpolation in
      [false, true].map { alignCorners in
        of("resized3d", "\(interpolation)\(alignCorners ? ", aligned corners" : "")", [1, 2, 3, 4, 2]) {
          $0.resized3d(time: 3, height: 2, width: 5, interpolation: interpolation, alignCorners: alignCorners)
        }
      }
    }
    + [
      of("resized1d", "", [2, 3, 2]) { $0.resized1d(length: 5) },
      of("resized1d", "cubic, aligned corners", [2, 4, 2]) {
        $0.resized1d(length: 3, interpolation: .cubic, alignCorners: true)
      },
      of("resized2d", "antialiased", [2, 7, 5, 2]) { $0.resized2d(height: 3, width: 6, antialiased: true) },
      of("resized2d", "cubic, antialiased, aligned corners", [1, 4, 7, 2]) {
        $0.resized2d(height: 6, width: 2, interpolation: .cubic, alignCorners: true, antialiased: true)
      },
      of("rescaled2d", "antialiased", [1, 5, 7, 2]) {
        $0.rescaled2d(height: 0.45, width: 1.7, antialiased: true)
      },
      of("rescaled2d", "", [1, 3, 4, 2]) { $0.rescaled2d(height: 1.7, width: 0.6) },
      of("rescaled2d", "cubic", [1, 3, 4, 2]) {
        $0.rescaled2d(height: 1.7, width: 0.6, interpolation: .cubic)
      },
      of("rescaled3d", "", [1, 2, 3, 4, 1]) { $0.rescaled3d(time: 1.5, height: 2, width: 0.8) },
      of("upsampled2d", "", [1, 2, 3, 2]) { $0.upsampled2d() },
      of("upsampled2d", "nearest, by 3", [1, 2, 3, 2]) { $0.upsampled2d(by: 3, interpolation: .nearest) },
      of("upsampled2d", "aligned corners", [1, 2, 3, 2]) { $0.upsampled2d(alignCorners: true) },
      of("upsampled2d", "one pixel", [1, 1, 1, 2]) { $0.upsampled2d() },
    ]
}
