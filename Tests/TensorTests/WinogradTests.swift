import CKernels
import Testing

@testable import Tensor

/// Convolutions whose channels come in sixteens multiply at points of a polynomial where the processor allows it.
@Suite struct WinogradTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: Shape, outputs: Int
    var kernel = [3, 3]
    let window: Window
    var testDescription: String { "\(input) to \(outputs) by \(kernel)" }
  }

  static let cases = [
    Case(input: [4, 13, 14, 32], outputs: 48, window: Window(padding: 1)),
    Case(input: [1, 27, 22, 16], outputs: 16, window: Window()),
    Case(
      input: [2, 19, 18, 48], outputs: 32, window: Window(padding: .uneven(before: [0, 3], after: [2, 1]))),
    Case(
      input: [1, 3, 16, 15, 16], outputs: 80, kernel: [1, 3, 3],
      window: Window(padding: .uneven(before: [0, 1, 2], after: [0, 1, 0]))),
    // Of several shares of input channels, and several groups of tiles.
    Case(input: [1, 48, 44, 80], outputs: 16, window: Window(padding: 1)),
    // Of several parts.
    Case(
      input: [1, 24, 23, 16], outputs: 32, kernel: [5, 7],
      window: Window(padding: .uneven(before: [1, 3], after: [2, 5]))),
    Case(
      input: [2, 4, 12, 13, 16], outputs: 16, kernel: [2, 3, 5],
      window: Window(padding: .uneven(before: [1, 1, 2], after: [2, 1, 2]))),
  ]

  /// Value, input's and filter's gradient each as close as rounding lets them, and as by the definition.
  @Test(arguments: cases) func agreesWithFloat64(_ item: Case) {
    let axes = item.input.rank - 2
    let filter = Shape(item.kernel + [item.input[-1], item.outputs])
    let plan = ConvolutionPlan(input: item.input, filter: filter, window: item.window, axes: axes, "test")
    let x = Tensor(normal: plan.input, seed: 1).to(.bfloat16)
    let dy = Tensor(normal: plan.output, seed: 2).to(.bfloat16)
    let w = Tensor(normal: filter, seed: 3), bias = Tensor(normal: [item.outputs], seed: 4)
    func results(_ dtype: DType) -> [Tensor] {
      let type = dtype == .float64 ? DType.float64 : .float32
      let (w, bias) = (w.to(type), bias.to(type))
      let (dw, db) = Kernel.convolutionFilterGradient(dy.to(dtype), x.to(dtype), plan, bias: true)
      return [
        Kernel.convolve(x.to(dtype), w, bias, relu: false, plan),
        Kernel.convolve(x.to(dtype), w, nil, relu: true, plan),
        Kernel.convolutionInputGradient(dy.to(dtype), w, plan), dw, db!,
      ].map { $0.to(.float64) }
    }
    let exact = results(.float64)
    for dtype in [DType.float32, .bfloat16] {
      for (index, (found, expected)) in zip(results(dtype), exact).enumerated() {
        let error = ((found - expected).squared().mean() / expected.squared().mean()).sqrt().item
        // Images of bfloat16 are rounded in the end.
        #expect(
          error <= (dtype == .bfloat16 && index < 3 ? 2e-3 : 6e-6), "\(dtype), \(index): off by \(error)")
      }
    }
  }

  @Test func takesWhatPays() {
    func isTaken(_ side: Int, _ inputs: Int, _ outputs: Int, stride: Int = 1) -> Bool {
      let plan = ConvolutionPlan(
        input: [1, side, side, inputs], filter: [3, 3, inputs, outputs],
        window: Window(stride, 1, 1), axes: 2, "test")
      var kernel = plan.kernel
      let x = Tensor(zeros: plan.input), w = Tensor(zeros: plan.filter)
      let y = Tensor(uninitialized: plan.output, .float32)
      return ck_convolution_forward_winograd(
        ck_type_f32, &kernel, x.elements, w.elements, nil, false, y.mutableElements)
    }
    #expect(!isTaken(24, 16, 24) && !isTaken(24, 8, 16))
    #expect(!isTaken(24, 16, 16, stride: 2))
    #expect(!isTaken(16, 16, 16), "too few tiles")
  }
}
