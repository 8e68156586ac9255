import NN
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

@Suite struct SFTrackTests {
  /// Fixtures/sftrack.py prints the figures, the second ones at a size that does not halve evenly.
  @Test func theUNetsAnswerAsThePublishedOnes() throws {
    let networks: [(UNet2d, channels: Int, parameters: Int, tensors: Int, figures: [[Double]])] = [
      (
        UNet2d(inputs: 4, widths: [32, 64, 128, 256, 256], upsampling: .published), 4, 4_320_897, 128,
        [
          [0.2761611, 0.30213956, -0.7415933, 1.3879825, 2042.2334],
          [0.32710379, 0.29026697, -0.63646179, 1.6172427, 1932.5095],
        ]
      ),
      (
        UNet2d(inputs: 1, widths: [16, 32, 64, 64], upsampling: .published), 1, 269_009, 100,
        [
          [1.4470653, 0.53963463, -0.12916145, 3.0229297, 8891.3683],
          [1.2661861, 0.50311975, -0.37580258, 2.5730989, 6760.7597],
        ]
      ),
    ]
    for (network, channels, parameters, tensors, expected) in networks {
      #expect(network.parameterCount == parameters && network.stateDict.names.count == tensors)
      try Formula.fill(network, gain: 1)
      for (size, figures) in zip([(48, 64), (46, 58)], expected) {
        let logits = network(Formula.images("x", [2, channels, size.0, size.1]))
        #expect(logits.shape == [2, size.0, size.1, 1])
        #expect(agree(Formula.figures(logits), figures), "\(size)")
      }
    }
  }

  @Test func thePaperPresetHasThePublishedParameters() {
    let network = SFTrack(.paper)
    #expect(network.parameterCount == 4_858_921)
    let names = network.stateDict.names
    for name in [
      "feat2seg.inc.double_conv.0.weight", "feat2seg.down4.maxpool_conv.1.double_conv.4.running_var",
      "feat2seg.up1.conv.double_conv.3.bias", "feat2seg.up4.conv.double_conv.0.weight",
      "refinement.up2.conv.double_conv.0.weight", "seg2box.outc.conv.bias", "mixture.weight", "mixture.bias",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(network.stateDict["mixture.weight"]?.shape == [1, 5, 1, 1])
    #expect(SFTrack(.small).parameterCount == 353_705)
  }

  private static let boxes: [[[Box?]]] = (0..<2).map { window in
    (0..<3).map { frame in
      [
        Box(x: 2 + Double(frame), y: 3, width: 6, height: 5),
        Box(x: 3, y: 2 + Double(window), width: 7, height: 6),
        nil,
      ]
    }
  }

  /// The gradient of each parameter along a random direction, through all three phases, in float64 against central
  /// differences; with the batch's statistics, and with the running ones along a motion.
  @Test(arguments: [false, true]) func gradientsReachEveryParameter(_ evaluates: Bool) throws {
    let network = withRandomSeed(5) { SFTrack(.small, trackers: 3).to(.float64) }
    // Away from the kink that a norm's shift of 0 leaves a channel of zeros at.
    for (index, parameter) in network.parameters.enumerated() {
      parameter.value =
        parameter.value.detached()
        + 0.1 * Tensor(normal: parameter.shape, dtype: .float64, seed: UInt64(index))
    }
    let images = Tensor(uniform: [2, 3, 12, 14, 3], dtype: .float64, seed: 1)
    let cotangent = Tensor(normal: [2, 12, 14, 1], dtype: .float64, seed: 2)
    let flow = 0.5 * Tensor(normal: [2, 3, 12, 14, 2], dtype: .float64, seed: 3)
    let motion = evaluates ? SpectralMotion(forward: flow, backward: -flow) : nil
    func differentiated() -> (value: Tensor, gradients: Gradients) {
      func loss() -> Tensor {
        let output = network(images, boxes: Self.boxes, frame: 1, motion: motion)
        return ((output.box + output.mask) * cotangent).mean()
      }
      return evaluates ? evaluating { valueWithGradient { loss() } } : valueWithGradient { loss() }
    }
    let gradients = differentiated().gradients
    for (index, (path, parameter)) in network.namedParameters.enumerated() where parameter.isTrainable {
      let gradient = try #require(gradients[parameter], "no gradient reaches \(path)")
      let start = parameter.value.detached()
      func agree(_ direction: Tensor, step: Double) -> Bool {
        func loss(_ length: Double) -> Double {
          parameter.value = start + length * direction
          return differentiated().value.item
        }
        let expected = (loss(step) - loss(-step)) / (2 * step)
        parameter.value = start
        return abs((gradient * direction).sum().item - expected) <= 1e-5 * max(0.1, abs(expected))
      }
      // A step so short meets a kink of half a million ReLUs now and then, but not along every direction.
      // A bias before a norm changes nothing: its differences are rounding, the less of it the longer the step.
      let agrees = [1e-8, 3e-9, 1e-9, 1e-6].enumerated().contains { attempt, step in
        agree(Tensor(normal: start.shape, dtype: .float64, seed: UInt64(1000 * attempt + index)), step: step)
      }
      #expect(agrees, "\(path)")
    }
  }

  @Test func theSmallRefinementStartsFromTheSolution() {
    for preset in SFTrack.Preset.allCases {
      let network = SFTrack(preset, trackers: 2)
      let output = network.segmented(Tensor(uniform: [1, 3, 12, 14, 2], seed: 1), frame: 2)
      let solution = output.solution[.all, 2].expandingAxis(-1), refined = network.refinement(solution)
      let start = preset == .small ? 10 * (solution - 0.5) : Tensor(0)
      #expect((output.mask - refined - start).abs().max().item < 1e-4)
    }
  }

  @Test func aTrackerThatLostTheObjectChangesNothingButItsChannel() {
    let network = SFTrack(.small, trackers: 3)
    let images = Tensor(uniform: [2, 3, 12, 14, 3], seed: 1)
    var boxes = Self.boxes
    let channels = network.channels(images, boxes: boxes)
    #expect(channels.shape == [2, 3, 12, 14, 3])
    boxes[1][2][0] = nil
    let changed = network.channels(images, boxes: boxes)
    let differences = (changed - channels).abs().max(axis: [2, 3]).array(of: Float.self)
    // Window 1, frame 2, tracker 0.
    for (index, difference) in differences.enumerated() {
      #expect((difference > 0) == (index == 15), "\(index)")
    }
  }
}
