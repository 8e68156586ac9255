import Foundation
import NN
@testable import SFModels
import Tensor
import TestSupport
import Testing
import Vision

@Suite struct NanoTrackTests {
  /// Fixtures/nanotrack.py prints the figures.
  @Test func answersAsThePublishedNetwork() throws {
    let network = NanoTrack()
    try Formula.fill(network, gain: 0.25)
    let template = network.template(Formula.images("z", [2, 3, 127, 127]))
    let (logits, sides) = network(Formula.images("x", [2, 3, 255, 255]), template)
    #expect(logits.shape == [2, 16, 16, 2] && sides.shape == [2, 16, 16, 4])
    #expect(
      agree(Formula.figures(logits), [-0.022730199, 0.0091196082, -0.045123242, -0.0020675478, 23.275724]))
    #expect(agree(Formula.figures(sides), [1.0511285, 0.057573215, 0.9361003, 1.1310838, 2152.7111]))
    let folded = network.folded()
    let again = folded(
      Formula.images("x", [2, 3, 255, 255]), folded.template(Formula.images("z", [2, 3, 127, 127])))
    #expect(distance(again.logits, logits) <= 1e-4 && distance(again.sides, sides) <= 1e-4)
  }

  @Test func hasThePublishedParameters() {
    let network = NanoTrack()
    #expect(network.parameterCount == 338_302)
    let names = network.stateDict.names
    #expect(names.count == 298)
    for name in [
      "backbone.features.0.0.weight", "backbone.features.1.conv.3.fc.0.weight",
      "backbone.features.8.conv.8.running_var",
      "ban_head.corr_pw_reg.CA_layer.fc1.weight", "ban_head.cls_pw_tower.22.num_batches_tracked",
      "ban_head.bbox_pred.0.bias", "neck.downsample.1.weight",
    ] { #expect(names.contains(name), "\(name)") }
  }

  /// Whatever the weights say, a box has an extent and its middle lies in the frame.
  @Test(arguments: [
    Box(x: 10, y: 10, width: 20, height: 15), Box(x: 0, y: 0, width: 1, height: 1),
    Box(x: -30, y: -30, width: 20, height: 20), Box(x: 60, y: 40, width: 500, height: 300),
    Box(x: 5, y: 5, width: 0, height: 0),
  ])
  func boxesStayInTheFrame(_ start: Box) throws {
    let network = NanoTrack()
    try Formula.fill(network, gain: 0.25)
    var tracker = NanoTracker(network)
    let frame = Image(height: 48, width: 64, color: .blue)
    tracker.start(frame, on: .box(start))
    for _ in 0..<3 {
      let target = tracker.track(frame)
      let box = target.region.boundingBox
      #expect(box.width >= 1 && box.height >= 1 && box.width <= 64 && box.height <= 48)
      #expect(0...64 ~= box.centerX && 0...48 ~= box.centerY)
      #expect(0...1 ~= target.confidence)
    }
  }
}
