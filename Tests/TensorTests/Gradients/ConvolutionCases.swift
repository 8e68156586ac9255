import Tensor
import TestSupport

extension GradientCase {
  static let convolutions: [GradientCase] = sequences + images + volumes

  /// A convolution of an input with a filter and, where asked for, a bias.
  private static func conv(
    _ name: String, _ input: Input, _ filter: Input, bias: Int? = nil, _ window: Window = Window(),
    relu: Bool = false
  ) -> GradientCase {
    let inputs = [input, filter] + (bias.map { [.normal([$0])] } ?? [])
    let axes = name.prefix(6)
    return GradientCase(name, covers: String(axes), inputs: inputs) { x in
      let bias = x.count > 2 ? x[2] : nil
      return switch axes {
      case "conv1d": x[0].conv1d(x[1], bias: bias, window: window, relu: relu)
      case "conv2d": x[0].conv2d(x[1], bias: bias, window: window, relu: relu)
      default: x[0].conv3d(x[1], bias: bias, window: window, relu: relu)
      }
    }
  }

  private static let sequences: [GradientCase] = [
    conv("conv1d", [2, 7, 2], [3, 2, 3]),
    conv("conv1d, bias, stride, padding", [2, 8, 2], [3, 2, 3], bias: 3, Window(stride: 2, padding: 1)),
    conv("conv1d, dilation, same", [1, 9, 2], [3, 2, 2], Window(padding: .same, dilation: 2)),
    conv("conv1d, groups, relu", [1, 6, 4], [3, 2, 4], bias: 4, Window(groups: 2), relu: true),
    conv("conv1d, depthwise", [2, 6, 3], [3, 1, 3], Window(padding: 1, groups: 3)),
  ]

  private static let images: [GradientCase] = [
    conv("conv2d", [2, 5, 4, 2], [3, 3, 2, 3]),
    conv("conv2d, bias", [1, 4, 5, 2], [3, 2, 2, 2], bias: 2),
    conv("conv2d, relu", [2, 4, 4, 2], [3, 3, 2, 3], Window(padding: 1), relu: true),
    conv(
      "conv2d, bias, relu, stride", [2, 5, 5, 2], [3, 3, 2, 2], bias: 2, Window(stride: 2, padding: 1),
      relu: true),
    conv("conv2d, same", [1, 4, 5, 2], [3, 3, 2, 2], Window(padding: .same)),
    conv("conv2d, same, even kernel", [1, 4, 5, 2], [4, 2, 2, 2], Window(padding: .same)),
    conv(
      "conv2d, same, even kernel, dilation", [1, 5, 5, 1], [2, 3, 1, 2],
      Window(padding: .same, dilation: [3, 2])),
    conv("conv2d, stride with remainder", [1, 7, 6, 2], [2, 2, 2, 2], Window(stride: 3)),
    conv("conv2d, stride per axis", [1, 6, 7, 1], [3, 3, 1, 2], Window(stride: [2, 1], padding: 1)),
    conv("conv2d, stride larger than kernel", [1, 7, 7, 2], [1, 2, 2, 2], Window(stride: [3, 4])),
    conv(
      "conv2d, stride 2, asymmetric padding", [2, 5, 6, 2], [3, 3, 2, 2], bias: 2,
      Window(stride: 2, padding: .uneven(before: [0, 2], after: [1, 1]))),
    conv("conv2d, padding per axis", [1, 4, 4, 2], [3, 5, 2, 1], Window(padding: [1, 2])),
    conv("conv2d, padding larger than kernel", [1, 3, 3, 1], [2, 2, 1, 2], Window(padding: 3)),
    conv("conv2d, kernel larger than image", [1, 3, 2, 2], [5, 5, 2, 2], Window(padding: 2)),
    conv("conv2d, dilation", [1, 7, 6, 2], [3, 3, 2, 2], Window(padding: 2, dilation: 2)),
    conv(
      "conv2d, dilation and stride per axis", [1, 7, 8, 1], [3, 2, 1, 2],
      Window(stride: [1, 2], padding: [2, 3], dilation: [2, 3])),
    conv("conv2d, groups", [2, 4, 4, 4], [3, 3, 2, 6], bias: 6, Window(padding: 1, groups: 2)),
    conv("conv2d, groups, stride", [1, 6, 5, 4], [3, 3, 2, 2], Window(stride: 2, padding: 1, groups: 2)),
    conv(
      "conv2d, groups, dilation, relu", [1, 6, 5, 4], [2, 3, 2, 2], Window(dilation: 2, groups: 2), relu: true
    ),
    conv("conv2d, depthwise", [1, 5, 4, 3], [3, 3, 1, 3], Window(padding: 1, groups: 3)),
    conv(
      "conv2d, depthwise, stride, bias", [1, 5, 4, 3], [3, 3, 1, 3], bias: 3,
      Window(stride: 2, padding: 1, groups: 3)),
    conv("conv2d, depthwise, two filters each", [1, 4, 4, 2], [3, 3, 1, 4], Window(padding: 1, groups: 2)),
    conv("conv2d, depthwise, dilation", [1, 5, 5, 2], [3, 2, 1, 2], Window(dilation: 2, groups: 2)),
    conv("conv2d, pointwise", [2, 3, 3, 3], [1, 1, 3, 2], bias: 2),
    conv("conv2d, pointwise, stride", [1, 5, 4, 2], [1, 1, 2, 3], Window(stride: 2)),
    conv("conv2d, pointwise, padding", [1, 3, 3, 2], [1, 1, 2, 2], Window(padding: 1)),
    conv("conv2d, row kernel", [1, 3, 6, 2], [1, 5, 2, 2], Window(padding: [0, 2])),
    conv("conv2d, one channel", [1, 5, 5, 1], [3, 3, 1, 1], Window(padding: 1)),
    conv("conv2d, image of one pixel", [2, 1, 1, 2], [3, 3, 2, 2], Window(padding: 1)),
    conv("conv2d, empty batch", [0, 4, 4, 2], [3, 3, 2, 2], bias: 2),
    GradientCase("conv2d, of its own output", covers: "conv2d", inputs: [[1, 5, 5, 2], [3, 3, 2, 2]]) {
      $0[0].conv2d($0[1], padding: 1).conv2d($0[1])
    },
  ]

  private static let volumes: [GradientCase] = [
    conv("conv3d", [1, 3, 4, 3, 2], [2, 3, 2, 2, 2]),
    conv(
      "conv3d, bias, relu, padding", [1, 2, 3, 3, 2], [3, 3, 3, 2, 2], bias: 2, Window(padding: 1), relu: true
    ),
    conv("conv3d, same", [1, 3, 3, 2, 1], [3, 2, 3, 1, 2], Window(padding: .same)),
    conv(
      "conv3d, stride per axis", [1, 3, 5, 4, 1], [2, 3, 3, 1, 2],
      Window(stride: [1, 2, 2], padding: [0, 1, 1])),
    conv(
      "conv3d, dilation", [1, 5, 4, 3, 1], [3, 2, 2, 1, 2], Window(padding: [2, 0, 1], dilation: [2, 1, 2])),
    conv("conv3d, groups", [1, 3, 3, 3, 4], [2, 2, 2, 2, 2], bias: 2, Window(groups: 2)),
    conv("conv3d, depthwise", [1, 3, 3, 3, 2], [3, 2, 2, 1, 2], Window(padding: 1, groups: 2)),
    conv(
      "conv3d, asymmetric padding and stride", [1, 3, 4, 3, 1], [3, 2, 3, 1, 2],
      Window(stride: [2, 1, 1], padding: .uneven(before: [2, 0, 1], after: [0, 1, 1]))),
    conv("conv3d, pointwise", [1, 2, 3, 2, 3], [1, 1, 1, 3, 2]),
    conv("conv3d, within frames", [1, 2, 4, 3, 2], [1, 3, 3, 2, 2], Window(padding: [0, 1, 1])),
    conv("conv3d, across frames", [1, 4, 2, 2, 2], [3, 1, 1, 2, 2], Window(padding: [1, 0, 0])),
  ]

  /// A transposed convolution of an input with a filter and, where asked for, a bias.
  private static func transposed(
    _ name: String, _ input: Input, _ filter: Input, bias: Int? = nil, _ window: Window = Window(),
    outputPadding: any PerAxis = 0
  ) -> GradientCase {
    let inputs = [input, filter] + (bias.map { [.normal([$0])] } ?? [])
    let axes = name.prefix(15)
    return GradientCase(name, covers: String(axes), inputs: inputs) { x in
      let bias = x.count > 2 ? x[2] : nil
      return switch axes {
      case "convTranspose1d":
        x[0].convTranspose1d(x[1], bias: bias, window: window, outputPadding: outputPadding)
      case "convTranspose2d":
        x[0].convTranspose2d(x[1], bias: bias, window: window, outputPadding: outputPadding)
      default: x[0].convTranspose3d(x[1], bias: bias, window: window, outputPadding: outputPadding)
      }
    }
  }

  static let transposedConvolutions: [GradientCase] = [
    transposed("convTranspose1d", [2, 4, 2], [3, 3, 2], bias: 3, Window(stride: 2), outputPadding: 1),
    transposed(
      "convTranspose1d, one tap, output padding", [1, 4, 2], [1, 3, 2], Window(dilation: 2), outputPadding: 1),
    transposed("convTranspose2d", [1, 3, 3, 2], [3, 3, 3, 2]),
    transposed("convTranspose2d, doubling, bias", [2, 2, 3, 3], [2, 2, 2, 3], bias: 2, Window(stride: 2)),
    transposed("convTranspose2d, padding", [1, 3, 4, 2], [3, 3, 2, 2], Window(stride: 2, padding: 1)),
    transposed(
      "convTranspose2d, asymmetric padding", [1, 3, 3, 2], [3, 3, 2, 2],
      Window(stride: 2, padding: .uneven(before: [0, 1], after: [2, 0]))),
    transposed(
      "convTranspose2d, output padding", [1, 3, 3, 2], [3, 3, 2, 2], bias: 2, Window(stride: 2, padding: 1),
      outputPadding: 1),
    transposed(
      "convTranspose2d, output padding per axis", [1, 2, 3, 1], [3, 2, 2, 1], Window(stride: [3, 2]),
      outputPadding: [2, 1]),
    transposed(
      "convTranspose2d, output padding within the dilation", [1, 3, 3, 1], [2, 2, 2, 1], Window(dilation: 3),
      outputPadding: 2),
    transposed("convTranspose2d, gaps", [1, 3, 2, 2], [2, 1, 2, 2], Window(stride: 3)),
    transposed(
      "convTranspose2d, dilation", [1, 3, 3, 1], [2, 3, 2, 1], Window(stride: [2, 1], dilation: [2, 1])),
    transposed(
      "convTranspose2d, groups", [1, 3, 2, 4], [2, 2, 1, 4], bias: 2, Window(stride: 2, groups: 2)),
    transposed(
      "convTranspose2d, depthwise", [1, 3, 3, 2], [3, 3, 1, 2], Window(stride: 2, padding: 1, groups: 2)),
    transposed("convTranspose3d", [1, 2, 2, 2, 2], [2, 2, 2, 2, 2]),
    transposed(
      "convTranspose3d, doubling, bias", [1, 2, 2, 2, 2], [2, 2, 2, 1, 2], bias: 1, Window(stride: 2)),
    transposed(
      "convTranspose3d, all options", [1, 2, 3, 2, 2], [3, 2, 3, 1, 2], bias: 2,
      Window(stride: [2, 1, 2], padding: [1, 0, 1], dilation: [1, 2, 1], groups: 2), outputPadding: [1, 1, 0]),
  ]
}
