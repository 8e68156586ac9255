import Tensor
import TestSupport

// Convolutions with a filter for each sample, their transposes, and the correlations of trackers.
extension GradientCase {
  static let sampleConvolutions: [GradientCase] = windows.flatMap(triple) + correlations

  /// Each with the channels per group, and the output's.
  private static let windows: [(name: String, window: Window, width: Int, outputs: Int)] = [
    ("", Window(), 2, 3),
    (", padding", Window(padding: 1), 1, 2),
    (
      ", stride, asymmetric padding", Window(stride: 2, padding: .uneven(before: [0, 1], after: [2, 1])), 2, 1
    ),
    (", dilation, groups", Window(padding: [2, 1], dilation: [2, 1], groups: 2), 2, 4),
    (", depthwise", Window(groups: 3), 1, 3),
  ]

  private static func triple(
    _ name: String, _ window: Window, _ width: Int, _ outputs: Int
  ) -> [GradientCase] {
    let x: Shape = [2, 5, 6, width * window.groups], w: Shape = [2, 3, 2, width, outputs]
    let y = Tensor(zeros: x).conv2d(perSample: Tensor(zeros: w), window: window).shape
    // What the stride leaves over of the input.
    let rest: any PerAxis = name.contains("stride") ? [0, 1] : 0
    return [
      GradientCase("conv2d, per sample\(name)", covers: "conv2d", inputs: [.normal(x), .normal(w)]) {
        $0[0].conv2d(perSample: $0[1], window: window)
      },
      GradientCase(
        "convTranspose2d, per sample\(name)", covers: "convTranspose2d", inputs: [.normal(y), .normal(w)]
      ) { $0[0].convTranspose2d(perSample: $0[1], window: window, outputPadding: rest) },
      GradientCase(
        "convFilterTranspose2d\(name)", covers: "convFilterTranspose2d", inputs: [.normal(x), .normal(y)]
      ) { $0[0].convFilterTranspose2d(perSample: $0[1], kernel: [3, 2], window: window) },
    ]
  }

  private static let correlations: [GradientCase] = [
    GradientCase("conv3d, per sample", covers: "conv3d", inputs: [[2, 3, 4, 3, 2], [2, 1, 2, 3, 2, 2]]) {
      $0[0].conv3d(perSample: $0[1], padding: [0, 1, 1])
    },
    GradientCase(
      "convTranspose3d, per sample", covers: "convTranspose3d",
      inputs: [[2, 2, 3, 2, 2], [2, 2, 1, 2, 1, 2]]
    ) { $0[0].convTranspose3d(perSample: $0[1], stride: [1, 2, 1]) },
    GradientCase(
      "convFilterTranspose3d", covers: "convFilterTranspose3d", inputs: [[2, 2, 4, 3, 1], [2, 2, 3, 2, 2]]
    ) { $0[0].convFilterTranspose3d(perSample: $0[1], kernel: [1, 2, 2]) },
    GradientCase("crossCorrelation", covers: "crossCorrelation", inputs: [[2, 5, 4, 3], [2, 2, 3, 3]]) {
      $0[0].crossCorrelation($0[1])
    },
    GradientCase(
      "crossCorrelation, one template", covers: "crossCorrelation", inputs: [[2, 5, 4, 3], [1, 2, 3, 3]]
    ) { $0[0].crossCorrelation($0[1], padding: 1) },
    GradientCase(
      "depthwiseCorrelation", covers: "depthwiseCorrelation", inputs: [[2, 5, 4, 3], [2, 2, 3, 3]]
    ) { $0[0].depthwiseCorrelation($0[1]) },
    GradientCase(
      "depthwiseCorrelation, one template", covers: "depthwiseCorrelation",
      inputs: [[2, 4, 4, 2], [1, 2, 2, 2]]
    ) { $0[0].depthwiseCorrelation($0[1], padding: 1) },
  ]
}
