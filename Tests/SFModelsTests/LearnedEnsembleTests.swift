import NN
import SFModels
import Tensor
import Testing

@Suite struct LearnedEnsembleTests {
  /// The counts of Table 5 with fifteen channels and five frames.
  @Test(arguments: [
    (LearnedEnsemble.unet3DLarge, 1_400_000), (.unet3DSmall, 330_000), (.unet2D, 140_000),
    (.shallow2, 35_000), (.shallow3, 5_000), (.shallow4, 380),
  ])
  func sizesComeNearThePapers(_ ensemble: LearnedEnsemble, _ published: Int) {
    let count = ensemble.makeNetwork().parameterCount
    #expect(abs(Double(count) / Double(published) - 1) < 0.02, "\(count) parameters")
  }

  @Test(arguments: LearnedEnsemble.allCases)
  func windowsBecomeTheLogitsOfTheirMiddleFrames(_ ensemble: LearnedEnsemble) {
    Tensor.randomState = 1
    let network = ensemble.makeNetwork(channels: 3)
    let windows = Tensor(uniform: [2, 5, 12, 20, 3])
    #expect(network(windows).shape == [2, 12, 20])
    let (_, gradients) = valueWithGradient { network(windows).squared().sum() }
    for (path, parameter) in network.namedParameters where parameter.role == .weight {
      #expect(gradients[parameter]?.isFinite().isAllTrue == true, "\(path)")
    }
  }
}
