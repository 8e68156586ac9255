import Testing

@testable import Tensor

/// float32 convolutions (oneDNN's where it is installed) against float64 ones, value and gradients, over
/// configurations drawn at random.
@Suite struct ConvolutionGridTests {
  struct Configuration: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let axes: Int, batch: Int
    let input: [Int], kernel: [Int], stride: [Int], dilation: [Int], before: [Int], after: [Int]
    let groups: Int, inputs: Int, outputs: Int
    let bias: Bool, relu: Bool, transposed: Bool
    let extra: [Int]

    var testDescription: String {
      "\(seed): \(transposed ? "transposed " : "")\(batch)×\(input)×\(inputs) → \(outputs), kernel \(kernel), "
        + "stride \(stride), dilation \(dilation), padding \(before), \(after), groups \(groups), "
        + "bias \(bias), relu \(relu), extra \(extra)"
    }

    /// Nil where the draw fits no convolution.
    init?(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      func draw(_ choices: [Int]) -> Int { choices[random.integer(0..<choices.count)] }
      self.seed = seed
      let axes = draw([1, 2, 2, 2, 3])
      self.axes = axes
      func perAxis(_ choices: [Int]) -> [Int] { (0..<axes).map { _ in draw(choices) } }
      batch = draw([0, 1, 1, 2, 3])
      input = perAxis(axes == 3 ? [1, 2, 4, 6] : [1, 2, 3, 5, 8, 13])
      kernel = perAxis(axes == 3 ? [1, 2, 3] : [1, 1, 2, 3, 3, 4, 5, 7])
      stride = perAxis([1, 1, 1, 2, 3])
      dilation = perAxis([1, 1, 1, 2, 3])
      before = perAxis([0, 0, 1, 1, 2, 4, 6])
      after = random.bool() ? before : perAxis([0, 1, 2, 5])
      groups = draw([1, 1, 1, 2, 3, 4])
      let depthwise = random.bool(probability: 0.25)
      let (perInput, perOutput) =
        depthwise ? (1, draw([1, 1, 2])) : (draw([1, 2, 3, 8, 17, 32]), draw([1, 2, 5, 16, 48]))
      (inputs, outputs) = (groups * perInput, groups * perOutput)
      (bias, relu) = (random.bool(), random.bool())
      let transposed = axes > 1 && random.bool(probability: 0.3)
      self.transposed = transposed
      extra = zip(stride, dilation).map(max).map {
        transposed && random.bool(probability: 0.3) ? random.integer(0..<$0) : 0
      }
      for axis in 0..<axes {
        let extent = (kernel[axis] - 1) * dilation[axis] + 1
        let padding = before[axis] + after[axis]
        let fits =
          transposed
          ? (input[axis] - 1) * stride[axis] + extent + extra[axis] > padding
          : input[axis] + padding >= extent
        if !fits { return nil }
      }
    }

    func output(_ x: [Tensor]) -> Tensor {
      let window = Window(
        stride: stride, padding: .uneven(before: before, after: after),
        dilation: dilation, groups: groups)
      let bias = bias ? x[2] : nil
      if transposed {
        let y =
          axes == 2
          ? x[0].convTranspose2d(x[1], bias: bias, window: window, outputPadding: extra)
          : x[0].convTranspose3d(x[1], bias: bias, window: window, outputPadding: extra)
        return relu ? y.relu() : y
      }
      return switch axes {
      case 1: x[0].conv1d(x[1], bias: bias, window: window, relu: relu)
      case 2: x[0].conv2d(x[1], bias: bias, window: window, relu: relu)
      default: x[0].conv3d(x[1], bias: bias, window: window, relu: relu)
      }
    }

  }

  static let grid = Array((1...).lazy.compactMap { Configuration(seed: $0) }.prefix(160))

  @Test(arguments: grid)
  func float32AgreesWithFloat64(_ configuration: Configuration) {
    let c = configuration
    let filter =
      c.transposed
      ? c.kernel + [c.outputs / c.groups, c.inputs] : c.kernel + [c.inputs / c.groups, c.outputs]
    let shapes = [[c.batch] + c.input + [c.inputs], filter] + (c.bias ? [[c.outputs]] : [])
    // Away from relu's kink, rounding could switch no element: small whole numbers make every sum exact.
    let inputs = shapes.enumerated().map { index, shape in
      (Tensor(uniform: Shape(shape), in: -3..<4, seed: c.seed &* 3 &+ UInt64(index))).floor()
    }
    func run(_ dtype: DType) -> (Tensor, [Tensor]) {
      let (value, pullback) = pullback(at: inputs.map { $0.to(dtype) }) { c.output($0) }
      let cotangent = Tensor(uniform: value.shape, in: -2..<3, seed: c.seed &+ 1000).floor()
      return (value, pullback(cotangent.to(dtype)))
    }
    let (single, singleGradients) = run(.float32)
    let (double, doubleGradients) = run(.float64)
    #expect((single.to(.float64) .== double).isAllTrue, "the value")
    for (index, (single, double)) in zip(singleGradients, doubleGradients).enumerated() {
      #expect((single.to(.float64) .== double).isAllTrue, "the gradient of input \(index)")
    }
  }

  @Test(arguments: [DType.float32, .float64, .bfloat16])
  func reluLetsNaNPass(_ dtype: DType) {
    let x = Tensor(repeating: .nan, shape: [1, 4, 4, 16], dtype: dtype)
    let y = x.conv2d(Tensor(ones: [3, 3, 16, 16], dtype: dtype), padding: 1, relu: true)
    #expect(y.isNaN().isAllTrue)
  }
}
