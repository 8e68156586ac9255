import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

@Suite struct EfficientNetLite0Tests {
  /// Fixtures/efficientnet.py prints the figures; the sizes are odd and even at different stages.
  @Test func answersAsInPyTorch() throws {
    let network = EfficientNetLite0(classes: 1000)
    #expect(network.parameterCount == 4_652_008 && Formula.digest(network) == 0xc45b_ff40_38f1_f421)
    try Formula.fill(network, gain: 0.5)
    let images = Formula.images("x", [2, 3, 75, 98], in: -1...1)
    let expected = [
      [-0.011703422, 0.32237829, -1.3222809, 1.5052443, 15077.222],
      [-0.029845834, 0.26533827, -0.72776711, 0.87580848, 5186.6614],
      [-0.0041442147, 0.21144281, -0.64077061, 0.68295562, 1746.7234],
      [-0.051110914, 0.23937519, -0.69832695, 0.67156863, 1073.3687],
      [-0.037427958, 0.25886575, -0.77936113, 0.62020415, 1596.4637],
      [0.0059426232, 0.24478069, -0.75970882, 0.87664139, 919.0766],
      [-0.0017058446, 0.15409935, -0.54940462, 0.63295674, 942.52968],
    ]
    let outputs = network(images)
    for (stage, (output, figures)) in zip(outputs, expected).enumerated() {
      #expect(output.shape[-1] == EfficientNetLite0.channels[stage])
      #expect(agree(Formula.figures(output), figures), "stage \(stage + 1)")
    }
    #expect(
      agree(
        Formula.figures(network.logits(images)),
        [0.0060888872, 0.13009539, -0.35304353, 0.36926755, 207.9042]))
  }

  /// The file of the whole network serves a backbone of some stages; one of another network names what is missing.
  @Test func aBackboneLoadsTheWholeNetworksFile() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "whole.safetensors")
      let whole = EfficientNetLite0(classes: 10)
      try whole.save(to: file)
      let backbone = EfficientNetLite0(stages: 3)
      try backbone.loadBackbone(from: file)
      let images = Tensor(uniform: [1, 40, 40, 3], seed: 1)
      #expect(bytes(backbone(images)[2]) == bytes(whole(images)[2]))
      #expect(throws: CheckpointError.self) { try ResNet(.resNet18, width: 8).loadBackbone(from: file) }
    }
  }
}
