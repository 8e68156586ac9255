import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

/// Networks as their authors published them, with weights and inputs that are a function of their names.
@Suite struct SiameseTests {
  private let exemplar = Formula.images("z", [1, 3, 127, 127])

  @Test func siamRPNAnswersAsDaSiamRPNs() throws {
    let network = SiamRPN(.narrow)
    try Formula.fill(network, gain: 1)
    let features = network.backbone(exemplar)
    #expect(features.shape == [1, 6, 6, 256])
    #expect(agree(Formula.figures(features), [0.0487469, 1.84396, -8.52342, 5.32732, 13232.154]))
    let prediction = network(
      Formula.images("x", [1, 3, 271, 271]), network.template(exemplar))
    #expect(prediction.offsets.shape == [1, 1805, 4] && prediction.logits.shape == [1, 1805, 2])
    #expect(
      agree(Formula.figures(prediction.offsets), [748.182, 3102.51, -5346.93, 6702.24, 18_549_694]))
    #expect(
      agree(Formula.figures(prediction.logits), [342.361, 2823.48, -2584.05, 6361.99, 8_953_851.9]))
  }

  @Test func siamConcatRPNAnswersAsThePublishedOne() throws {
    let network = SiamConcatRPN(.paper)
    try Formula.fill(network, gain: 0.5)
    func images(_ name: String) -> Tensor { Formula.images(name, [1, 3, 300, 300]) }
    func mask(_ name: String) -> Tensor { Formula.images(name, [1, 1, 300, 300]) }
    let prediction = network(
      images("x"), guides: mask("x_mask"), network.template(images("z"), masks: mask("z_mask")))
    #expect(prediction.offsets.shape == [1, 8732, 4] && prediction.logits.shape == [1, 8732, 2])
    #expect(
      agree(Formula.figures(prediction.offsets), [-0.131567, 5.24027, -19.9075, 21.8466, 135575.77]))
    #expect(
      agree(Formula.figures(prediction.logits), [-0.744047, 4.52868, -20.0777, 11.46, 57124.325]))
  }

  @Test func siamBroadcastRPNAnswersAsThePublishedOne() throws {
    let network = SiamBroadcastRPN(.paper)
    try Formula.fill(network, gain: 1)
    let prediction = network(
      Formula.images("x", [2, 3, 256, 256]), network.template(Formula.images("z", [2, 3, 64, 64])))
    #expect(prediction.offsets.shape == [2, 7680, 4] && prediction.logits.shape == [2, 7680, 2])
    #expect(
      agree(Formula.figures(prediction.offsets), [6.35775, 57.1288, -158.939, 249.328, 2_759_738.1]))
    #expect(
      agree(Formula.figures(prediction.logits), [16.6227, 40.7049, -98.2054, 179.336, 960_624.64]))
  }

  /// Fixtures/siamese.py prints the figures.
  @Test(arguments: [
    (
      SiamRPNPlusPlus.Preset.alexNet, 1.0,
      [
        [-10.652803, 36.835293, -84.059624, 65.55233, 265360.76],
        [-27.415748, 56.813717, -138.76062, 60.479744, 233405.14],
      ]
    ),
    (
      .resNet50, 0.25,
      [
        [0.010837582, 0.082269331, -0.13623004, 0.17060906, 885.02309],
        [0.0037541457, 0.09800661, -0.17464247, 0.2076131, 444.8214],
      ]
    ),
    (
      .efficientNetLite0, 0.5,
      [
        [0.24448697, 0.70768811, -1.185845, 1.5184824, 8487.1056],
        [0.061477056, 0.56782694, -1.2387307, 0.99287677, 2931.3357],
      ]
    ),
  ])
  func siamRPNPlusPlusAnswersAsInPyTorch(
    _ preset: SiamRPNPlusPlus.Preset, gain: Double, figures: [[Double]]
  ) throws {
    let network = SiamRPNPlusPlus(preset)
    try Formula.fill(network, gain: gain)
    let size = network.searchSize
    let prediction = network(Formula.images("x", [1, 3, size, size]), network.template(exemplar))
    #expect(agree(Formula.figures(prediction.offsets), figures[0]))
    #expect(agree(Formula.figures(prediction.logits), figures[1]))
  }

  /// Every name and shape, so that the published state dicts load; Fixtures/siamese.py prints the digests.
  @Test func theNetworksHaveThePublishedParameters() {
    let networks: [(any Module, parameters: Int, digest: UInt64)] = [
      (SiamRPN(.narrow), 22_632_932, 0xe768_6ea4_29f7_c446),
      (SiamRPN(.paper), 90_436_132, 0xc74a_43dc_6060_67a0),
      (SiamRPNPlusPlus(.alexNet), 6_251_102, 0x4da6_e2f3_117b_7c5c),
      (SiamRPNPlusPlus(.resNet50), 53_950_624, 0x4272_353c_f415_d757),
      (SiamConcatRPN(.paper), 64_211_444, 0xea0c_45e5_63f7_a09e),
      (SiamBroadcastRPN(.paper), 6_794_824, 0x28e2_1235_0356_111e),
    ]
    for (network, parameters, digest) in networks {
      #expect(network.parameterCount == parameters && Formula.digest(network) == digest)
    }
  }

  @Test func aFoldedNetworkAnswersTheSame() throws {
    let network = SiamRPN(.tiny)
    try Formula.fill(network, gain: 1)
    let region = Formula.images("x", [1, 3, 271, 271])
    let (plain, folded) = (
      network(region, network.template(exemplar)),
      network.folded()(region, network.folded().template(exemplar))
    )
    func isClose(_ a: Tensor, _ b: Tensor) -> Bool { distance(a, b) <= 1e-4 * (b.abs().max().item + 1) }
    #expect(isClose(folded.offsets, plain.offsets) && isClose(folded.logits, plain.logits))
  }

  /// The presets answer alike; one template serves several regions as it serves each.
  @Test(arguments: [SiamRPN.Preset.tiny, .narrow]) func oneTemplateServesManyRegions(_ preset: SiamRPN.Preset)
  {
    let network = SiamRPN(preset)
    let regions = Tensor(uniform: [2, 271, 271, 3], in: 0..<255, seed: 2)
    let template = network.template(exemplar)
    let together = network(regions, template)
    let apart = network(regions[1..<2], template)
    #expect(distance(together.offsets[1..<2], apart.offsets) <= 1e-4)
    #expect(distance(together.logits[1..<2], apart.logits) <= 1e-4)
    let templates = network.template(.concatenate([exemplar, exemplar]))
    #expect(distance(network(regions, templates).logits, together.logits) <= 1e-4)
  }
}
