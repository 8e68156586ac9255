import NN
import SFModels
import Tensor
import TestSupport
import Testing

@Suite struct ResNetTests {
  /// torchvision's figures without and with the classifier of ImageNet.
  @Test(arguments: [
    (ResNet.Depth.resNet18, 11_176_512, 11_689_512, 120), (.resNet34, 21_284_672, 21_797_672, 216),
    (.resNet50, 23_508_032, 25_557_032, 318), (.resNet101, 42_500_160, 44_549_160, 624),
  ])
  func hasThePublishedParameters(depth: ResNet.Depth, bare: Int, whole: Int, tensors: Int) {
    let network = ResNet(depth, classes: 1000)
    #expect(network.parameterCount == whole)
    let names = network.stateDict.names
    #expect(names.count == tensors + 2)
    let blocks = depth == .resNet101 ? 22 : depth == .resNet18 ? 1 : 5
    for name in [
      "conv1.weight", "bn1.running_mean", "layer1.0.conv2.weight", "layer2.0.downsample.0.weight",
      "layer3.\(blocks).bn2.bias", "layer4.0.downsample.1.num_batches_tracked", "fc.bias",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(whole - bare == 1000 * (network.channels[3] + 1))
  }

  /// Fixtures/resnet.py prints the figures of the stages.
  @Test(arguments: [
    (
      ResNet.Depth.resNet18, ResNet.Style.torchvision,
      [
        [0.38961004, 0.33920127, 0.0, 1.5314631, 2724.1534],
        [0.23003144, 0.32075348, 0.0, 1.5096545, 883.32075],
        [0.33527751, 0.42246136, 0.0, 2.0456176, 643.73281],
        [0.36112479, 0.43352859, 0.0, 2.7664919, 416.01576],
      ]
    ),
    (
      .resNet34, .torchvision,
      [
        [0.45636667, 0.36976176, 0.0, 1.5446532, 3190.9157],
        [0.46853233, 0.49517617, 0.0, 2.604208, 1799.1641],
        [0.65202317, 0.64903831, 0.0, 3.3205884, 1251.8845],
        [0.76668077, 0.83084308, 0.0, 4.9568863, 883.21625],
      ]
    ),
    (
      .resNet50, .torchvision,
      [
        [0.24702112, 0.31607483, 0.0, 2.3130329, 6908.6866],
        [0.30968874, 0.28798084, 0.0, 1.6814966, 4756.8191],
        [0.36867735, 0.35045696, 0.0, 2.3096983, 2831.4421],
        [0.40441772, 0.45204445, 0.0, 2.6163056, 1863.5569],
      ]
    ),
    (
      .resNet101, .torchvision,
      [
        [0.24702112, 0.31607483, 0.0, 2.3130329, 6908.6866],
        [0.30968874, 0.28798084, 0.0, 1.6814966, 4756.8191],
        [1.3756753, 1.3939509, 0.0, 8.436327, 10565.186],
        [1.5518306, 1.7305497, 0.0, 12.216904, 7150.8354],
      ]
    ),
    (
      .resNet50, .caffe,
      [
        [0.24702112, 0.31607483, 0.0, 2.3130329, 6908.6866],
        [0.31065948, 0.2885208, 0.0, 1.6608797, 4771.7297],
        [0.36702777, 0.35015225, 0.0, 2.4208312, 2818.7733],
        [0.40315398, 0.44811564, 0.0, 2.6241617, 1857.7335],
      ]
    ),
    (
      .resNet50, .siamRPN,
      [
        [0.24684307, 0.3142469, 0.0, 2.1960704, 5971.6276],
        [0.32047957, 0.31220383, 0.0, 1.6320784, 3281.7108],
        [0.35785798, 0.35480027, 0.0, 2.403482, 7328.9314],
        [0.32839961, 0.367431, 0.0, 3.381408, 13451.248],
      ]
    ),
  ])
  func answersAsInPyTorch(depth: ResNet.Depth, style: ResNet.Style, figures: [[Double]]) throws {
    let network = ResNet(depth, style: style, width: 8)
    try Formula.fill(network, gain: 0.5)
    let outputs = network(Formula.images("x", [2, 3, 75, 90]))
    for (stage, expected) in figures.enumerated() {
      #expect(outputs[stage].shape[-1] == network.channels[stage])
      #expect(agree(Formula.figures(outputs[stage]), expected), "stage \(stage + 1)")
    }
    let shapes: [Shape] =
      style == .siamRPN
      ? [[2, 18, 21], [2, 8, 10], [2, 8, 10], [2, 8, 10]]
      : [[2, 19, 23], [2, 10, 12], [2, 5, 6], [2, 3, 3]]
    #expect(outputs.map { Shape($0.shape.dropLast()) } == shapes)
  }

  /// A backbone of fewer stages takes the state dict of the whole; what is too much is passed over by name.
  @Test func aBackboneLoadsTheWholeNetworksWeights() throws {
    let whole = ResNet(.resNet18, width: 8, classes: 10)
    let backbone = ResNet(.resNet18, stages: 3, width: 8)
    let state = try whole.stateDict.renamed { $0.hasPrefix("fc.") || $0.hasPrefix("layer4.") ? nil : $0 }
    try backbone.load(state)
    let images = Tensor(uniform: [1, 40, 40, 3], seed: 1)
    #expect(bytes(backbone(images)[2]) == bytes(whole(images)[2]))
    #expect(whole.logits(images).shape == [1, 10])
  }

  /// Frozen with its statistics, a backbone computes in training what it computes in evaluation.
  @Test func aFrozenBackboneStaysAsItIs() {
    let network = ResNet(.resNet18, stages: 2, width: 8)
    let images = Tensor(uniform: [2, 32, 32, 3], seed: 1)
    let before = network(images)[1]
    network.freeze()
    network.freezeStatistics()
    let (loss, output, gradients) = valueWithGradient {
      let output = network(images)[1]
      return (output.mean(), output)
    }
    #expect(loss.item > 0 && distance(output.detached(), before) <= 1e-5 * largest(before))
    #expect(network.namedParameters.allSatisfy { gradients[$0.parameter] == nil })
    #expect(bytes(network(images)[1]) == bytes(before))
  }
}
