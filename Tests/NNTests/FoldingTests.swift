import NN
import Tensor
import Testing

@Suite struct FoldingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Shape
    let outputs: Int
    let make: @Sendable () -> any Layer
  }

  static let cases = [
    Case(testDescription: "Conv2d", shape: [2, 5, 6, 3], outputs: 4) {
      Conv2d(3, 4, kernel: 3, padding: 1)
    },
    Case(testDescription: "Conv2d, groups, no bias", shape: [2, 5, 6, 4], outputs: 6) {
      Conv2d(4, 6, kernel: 3, stride: 2, groups: 2, bias: false)
    },
    Case(testDescription: "Conv2d, relu", shape: [2, 5, 6, 3], outputs: 4) {
      Conv2d(3, 4, kernel: 3, relu: true)
    },
    Case(testDescription: "Conv1d", shape: [2, 7, 3], outputs: 4) { Conv1d(3, 4, kernel: 3, padding: 1) },
    Case(testDescription: "Conv3d", shape: [1, 3, 5, 6, 2], outputs: 3) {
      Conv3d(2, 3, kernel: 3, padding: 1)
    },
    Case(testDescription: "Linear", shape: [2, 5, 3], outputs: 4) { Linear(3, 4) },
  ]

  @Test(arguments: cases, [false, true])
  func aNormBehindALayerIsItsNorm(_ item: Case, relu: Bool) {
    let (layer, norm) = (item.make(), BatchNorm(item.outputs, relu: relu))
    for (index, item) in norm.namedParameters.enumerated() where item.parameter.shape.rank == 1 {
      let shape = item.parameter.shape
      item.parameter.update { $0 = Tensor(uniform: shape, in: 0.5..<2, seed: UInt64(index)) }
    }
    let x = Tensor(normal: item.shape, seed: 9)
    let expected = norm(layer(x))
    let network = Sequential(layer, norm, Lambda { $0 * 2 })
    #expect((norm(x, after: layer) - expected).abs().max().item < 1e-5)
    #expect((network(x) - expected * 2).abs().max().item < 1e-5)
    let folded = network.folded()
    #expect((folded(x) - expected * 2).abs().max().item < 1e-5)
    let isFolded = layer is Conv2d && item.testDescription != "Conv2d, relu"
    #expect(folded.layers.count == (isFolded ? 2 : 3))

    // In a recording the norm takes the batch's statistics, as ever.
    let (_, inRecording, _) = valueWithGradient { (norm(x, after: layer).mean(), norm(layer(x))) }
    #expect((inRecording - expected).abs().max().item > 0.1)

    norm.tracksStatistics = false
    let evaluated = norm(layer(x))
    let (_, frozen, gradients) = valueWithGradient { (norm(x, after: layer).mean(), norm(x, after: layer)) }
    #expect((frozen - evaluated).abs().max().item < 1e-5)
    #expect(gradients.count == layer.parameters.count + 2, "scale and shift, too")
  }
}
