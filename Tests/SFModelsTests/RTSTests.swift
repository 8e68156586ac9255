import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct RTSTests {
  /// A narrow network beside PyTorch's, in float64: what it says of the frames after the first, its loss, and the gradients of
  /// each part. Fixtures/rts.py prints the figures.
  @Test func learnsAsInPyTorch() throws {
    let backbone = RTSBackbone(ResNet(.resNet50, style: .caffe, width: 4))
    let network = RTS(
      .paper, backbone, instance: InstanceModel(inputs: backbone.channels[2], channels: 8), channels: 8,
      width: 8)
    try Formula.fill(network, gain: 0.35)
    network.to(.float64).freezeStatistics()
    func values(_ name: String, _ sizes: Shape, in range: ClosedRange<Double>) -> Tensor {
      let images = Formula.images(name, [6, sizes[2], sizes[0], sizes[1]], in: range).to(.float64)
      return images.reshape([2, 3] + sizes)
    }
    let sequences = RTSSequences(
      images: values("images", [64, 96, 3], in: -120...130),
      masks: (values("masks", [64, 96, 1], in: 0...1) .> 0.7).to(.float64),
      labels: values("labels", [3, 4, 1], in: -1...1).relu(),
      boxes: [Box(x: 20, y: 12, width: 42, height: 33), Box(x: 33, y: 8, width: 27, height: 42)])
    let (loss, answers, gradients) = valueWithGradient {
      let answers = network.answers(
        sequences, network.features(ofPrepared: sequences.images.flattenedSequences))
      return (RTSLoss(answers, sequences).total, answers)
    }
    #expect(
      agree(Formula.figures(answers.masks), [0.60303847, 0.20901991, -0.0046934908, 1.1730462, 14820.283]))
    #expect(
      agree(
        Formula.figures(answers.scores.last!), [0.27830917, 0.24647492, -0.14814141, 0.8301915, 14.502371]))
    #expect(abs(loss.item - 109.586384) < 1e-3)
    #expect(abs(gradients[network.segmentation.regularization]!.item + 8.7118696e-05) < 1e-8)
    func figures(_ part: some Module) -> [Double] {
      Formula.figures(.concatenate(part.parameters.compactMap { gradients[$0]?.flattened() }))
    }
    #expect(agree(figures(network.backbone), [-0.00021984732, 0.20451543, -8.1019448, 7.2014122, 4096.7549]))
    #expect(
      agree(
        figures(network.segmentation.featureExtractor),
        [-1.5976573e-05, 8.9171316e-05, -0.00087343971, 0.00053013032, 0.24901565]))
    #expect(agree(figures(network.instance), [0.16228319, 0.74118335, -8.0373934, 7.4020895, 2430.123]))
    #expect(
      agree(
        figures(network.labelEncoder), [1.9893759e-05, 0.00053282224, -0.010016695, 0.012167695, 21.461657]))
    #expect(
      agree(
        figures(network.scoreEncoder), [5.2203024e-06, 0.00014357404, -0.0079350457, 0.010304904, 4.4787713]))
    #expect(agree(figures(network.decoder), [0.0013080259, 0.028296331, -0.71768622, 1.5151159, 834.337]))
  }

  /// The figures are those that the published code answers.
  @Test func seesAsThePublishedNetwork() throws {
    let network = RTS(.paper)
    try Formula.fill(network, gain: 0.25)
    let features = network.features(
      ofPrepared: Formula.images("train_images", [1, 3, 128, 224], in: -120...130))
    #expect(agree(Formula.figures(features.levels[2]), [8.98485, 10.6237, 0, 82.8013, 1030454.1]))
    #expect(
      agree(
        Formula.figures(features.segmentation), [-0.000396842, 0.014726, -0.0659402, 0.0638478, 661.96548]))
    #expect(
      agree(
        Formula.figures(features.instance), [-0.000448825, 0.0147246, -0.0521871, 0.0557755, 167.54253]))
  }

  @Test func hasThePublishedParameters() {
    let network = RTS(.paper)
    #expect(network.parameterCount == 43_848_002)
    #expect(network.segmentation.parameterCount == 4_718_593)
    #expect(network.labelEncoder.parameterCount == 110_880)
    #expect(network.scoreEncoder.parameterCount == 110_880)
    #expect(network.instance.parameterCount == 7_078_400)
    #expect(network.backbone.parameterCount == 23_508_032)
    #expect(network.decoder.parameterCount == 8_321_217)
    #expect(Formula.digest(network) == 0xc3cff8c17c67338)
  }
}
