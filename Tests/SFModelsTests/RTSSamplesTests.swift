import Datasets
import NN
import Tensor
import Testing
import Vision

@testable import SFModels

@Suite struct RTSSamplesTests {
  private let network = RTS(.small)

  private func samples() throws -> RTSSamples {
    try RTSSamples(
      SyntheticVideos(seed: 3, sequences: 2, frames: 6, height: 72, width: 128).sequences, for: network)
  }

  @Test func aSampleStartsOnItsMaskOrOnItsBoxsEllipse() throws {
    var generator = SeededGenerator(seed: 5)
    for fromBox in [false, true] {
      let sample = try samples().sample(0, fromBox: fromBox, using: &generator)
      #expect(sample.images.count == 4 && sample.masks.count == 4)
      #expect(sample.images.allSatisfy { $0.height == 240 && $0.width == 416 })
      let box = try #require(sample.masks[0].boundingBox)
      #expect(
        sample.start == (fromBox ? Mask(ellipseIn: box, height: 240, width: 416) : sample.masks[0]))
      let sequences = RTSSequences([sample], for: network)
      #expect(sequences.startsOnBox == [fromBox])
      #expect(sequences.starts.sum().item == Double(sample.start.area))
      #expect(sequences.masks[0, 0].sum().item == Double(sample.masks[0].area))
    }
  }

  /// A red square, and a blue one that passes in front of it.
  @Test func whatCrossesHidesTheTargetOrIsIt() {
    func sample(_ color: Color, at x: Double) -> RTSSamples.Sample {
      let mask = Mask(Box(x: x, y: 4, width: 6, height: 6), height: 16, width: 24)
      var image = Image(height: 16, width: 24, color: .black)
      image.paste(Image(height: 16, width: 24, color: color), mask, x: 0, y: 0)
      return RTSSamples.Sample(images: [image], masks: [mask], startsOnBox: false)
    }
    let red = sample(Color(255, 0, 0), at: 4), blue = sample(Color(0, 0, 255), at: 2)
    let hidden = red.crossed(by: blue, x: 5, y: 2, turningTo: false)
    #expect(hidden.masks[0].area == 36 - 3 * 4)
    #expect(hidden.images[0][5, 5, 0] == 255 && hidden.images[0][8, 7, 2] == 255)
    #expect(hidden.images[0][8, 7, 0] == 0)
    let turned = red.crossed(by: blue, x: 5, y: 2, turningTo: true)
    #expect(turned.masks[0].boundingBox == Box(x: 7, y: 6, width: 6, height: 6))
    #expect(turned.images == hidden.images)
  }

  @Test func crossedSamplesShowATarget() throws {
    let samples = try samples()
    for seed in 0..<6 {
      var generator = SeededGenerator(seed: UInt64(seed))
      #expect(try samples.crossedSample(seed % samples.targets.count, using: &generator).masks[0].area > 0)
    }
  }

  /// Few steps on one sequence lower the loss of a network that starts from nothing.
  @Test func aNetworkLearns() {
    Tensor.randomState = 2
    let backbone = RTSBackbone(ResNet(.resNet18, width: 8))
    let network = RTS(
      .small, backbone, instance: InstanceModel(channels: backbone.channels[1] + backbone.channels[2]),
      channels: 8, width: 4)
    network.freezeStatistics()
    let frames = (0..<3).map {
      Mask(Box(x: Double(20 + 12 * $0), y: 20, width: 24, height: 20), height: 64, width: 96)
    }
    let masks = Tensor.stack(frames.map { $0.tensor() }).expandingAxis(0)
    let sequences = RTSSequences(
      images: masks * Tensor([0.7, -0.3, -0.2] as [Float]) + 0.3, masks: masks,
      labels: Tensor(zeros: [1, 3, 4, 6, 1]), boxes: [Box(x: 20, y: 20, width: 24, height: 20)])
    let optimizer = Adam(network.parameters, learningRate: 0.003)
    let losses = (0..<25).map { _ in
      let (loss, gradients) = valueWithGradient {
        RTSLoss(network.answers(sequences), sequences, crossEntropy: 1).masks
      }
      optimizer.step(gradients)
      return loss.item
    }
    #expect(losses.allSatisfy(\.isFinite) && losses.last! < 0.6 * losses[0], "\(losses)")
  }
}
