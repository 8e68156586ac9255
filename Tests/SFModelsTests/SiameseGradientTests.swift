import NN
import SFModels
import Tensor
import TestSupport
import Testing

/// Narrow networks beside PyTorch's of the same weights: what they answer, and every parameter's gradient. In training only
/// in float64: there PyTorch's own float32 is some hundredths off, for a norm over few places carries rounding across
/// the kinks of ReLUs. Fixtures/siamese.py says what is stored.
@Suite struct SiameseGradientTests {
  struct Mode: Sendable, CustomStringConvertible {
    let name: String
    let dtype: DType

    var description: String { "\(name), \(dtype)" }

    static let all = [
      Mode(name: "training", dtype: .float64), Mode(name: "evaluation", dtype: .float64),
      Mode(name: "evaluation", dtype: .float32),
    ]
  }

  private static let widths = [8, 12, 16, 16, 8]

  @Test(arguments: Mode.all) func siamRPN(_ mode: Mode) throws {
    try check("rpn", SiamRPN(widths: Self.widths), 127, 167, mode)
  }

  @Test(arguments: Mode.all) func siamConcatRPN(_ mode: Mode) throws {
    let backbone = ResNet(.resNet50, stages: 3, width: 8)
    try check("concat", SiamConcatRPN(backbone, channels: 16), 300, 300, mode)
  }

  @Test(arguments: Mode.all) func siamBroadcastRPN(_ mode: Mode) throws {
    let network = SiamBroadcastRPN(channels: 16) { ResNet(.resNet50, stages: 2, width: 8) }
    try check("broadcast", network, 64, 128, mode)
  }

  @Test(arguments: Mode.all) func siamRPNPlusPlus(_ mode: Mode) throws {
    let backbones: [(String, SiamRPNPlusPlus.Backbone, channels: Int, region: Int)] = [
      ("alexnet", .alexNet(AlexNet(widths: Self.widths)), 8, 183),
      ("resnet50", .resNet(ResNet(.resNet50, style: .siamRPN, width: 8)), 16, 191),
      ("efficientnet", .efficientNetLite0(EfficientNetLite0(stages: 5)), 16, 191),
    ]
    for (name, backbone, channels, region) in backbones {
      try check("plusplus_\(name)", SiamRPNPlusPlus(backbone, channels: channels), 127, region, mode)
    }
  }

  private func check(
    _ name: String, _ network: some SiameseNetwork, _ exemplar: Int, _ region: Int, _ mode: Mode
  ) throws {
    let (file, dtype) = (try Fixture.load("siamese"), mode.dtype)
    try Formula.fill(network, gain: 0.5)
    network.to(dtype)
    func image(_ name: String, _ channels: Int, _ size: Int) -> Tensor {
      Formula.images(name, [2, channels, size, size]).to(dtype)
    }
    func cotangent(_ name: String, _ y: Tensor) -> Tensor {
      Formula.uniform("input:\(name)_cotangent", y.shape, offset: -1, scale: 2).to(dtype)
    }
    func differentiated() -> (Tensor, SiamesePrediction, Gradients) {
      valueWithGradient {
        let template = network.template(image("z", 3, exemplar), masks: image("z_mask", 1, exemplar))
        let y = network(image("x", 3, region), guides: image("x_mask", 1, region), template)
        let loss =
          (y.offsets * cotangent("offsets", y.offsets)).sum()
          + (y.logits * cotangent("logits", y.logits)).sum()
        return (loss, y)
      }
    }
    let (_, prediction, gradients) =
      mode.name == "training" ? differentiated() : evaluating { differentiated() }
    let (forValues, forGradients) = dtype == .float64 ? (1e-11, 1e-9) : (1e-4, 1e-3)

    let figures = try #require(file["\(name).\(mode.name).figures"])
    for (row, y) in [prediction.offsets, prediction.logits].enumerated() {
      let expected = figures[row].array(of: Double.self)
      let scale = [expected[2], expected[3]].map(abs).max()!
      for (found, expected) in zip(Formula.figures(y.detached()), expected).prefix(4) {
        #expect(abs(found - expected) <= forValues * scale, "\(name), \(mode)")
      }
    }

    let weights = network.namedParameters.filter { $0.parameter.role == .weight }.sorted { $0.path < $1.path }
    let expected = try #require(file["\(name).\(mode.name).gradients"])
    try #require(expected.shape == [weights.count, 2])
    let largest = largest(expected)
    for (row, (path, parameter)) in weights.enumerated() {
      let gradient = try #require(gradients[parameter], "no gradient reaches \(path)").to(.float64)
      let stored = parameter.layout == .plain ? gradient : gradient.permuted(3, 2, 0, 1)
      let direction = Formula.uniform("input:\(path)", stored.shape, offset: -1, scale: 2).to(.float64)
      let (magnitudes, product) = (stored.abs().sum().item, (stored * direction).sum().item)
      let wanted = expected[row].array(of: Double.self)
      // A bias in front of a norm has no effect: its gradient is rounding, small beside the others.
      let scale = wanted[0] < 1e-9 * largest ? largest : wanted[0]
      #expect(
        abs(magnitudes - wanted[0]) <= forGradients * scale
          && abs(product - wanted[1]) <= forGradients * scale,
        "\(name), \(mode): \(path) \(magnitudes), \(product) instead of \(wanted)")
    }
  }
}
