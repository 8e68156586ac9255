import Testing

@testable import Tensor

/// Filters whose channels fill vectors have kernels of their own where the processor allows it.
@Suite struct FilterGradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: Shape, filter: Shape, window: Window
    var testDescription: String { "\(input) by \(filter)" }
  }

  static let cases = [
    Case(input: [2, 19, 21, 32], filter: [3, 3, 32, 24], window: Window(padding: 1)),
    Case(input: [1, 1, 1, 16], filter: [3, 3, 16, 8], window: Window(padding: 1)),
    Case(input: [1, 9, 8, 16], filter: [2, 2, 16, 40], window: Window()),
    Case(
      input: [3, 5, 17, 16], filter: [1, 7, 16, 8],
      window: Window(padding: .uneven(before: [0, 3], after: [0, 5]), dilation: [1, 2])),
    Case(
      input: [1, 4, 6, 5, 16], filter: [3, 3, 3, 16, 16], window: Window(padding: 2, dilation: [2, 1, 3])),
    Case(input: [2, 50, 48], filter: [5, 48, 8], window: Window(padding: 2)),
    Case(
      input: [1, 3, 5, 6, 16], filter: [1, 3, 3, 16, 8],
      window: Window(padding: .uneven(before: [2, 1, 1], after: [1, 1, 1]))),
    // Of several chunks.
    Case(input: [2, 120, 60, 64], filter: [3, 3, 64, 8], window: Window(padding: 1)),
  ]

  @Test(arguments: cases) func agreeWithFloat64(_ item: Case) {
    let plan = ConvolutionPlan(
      input: item.input, filter: item.filter, window: item.window, axes: item.input.rank - 2, "test")
    let x = Tensor(normal: plan.input, seed: 1).to(.bfloat16)
    let dy = Tensor(normal: plan.output, seed: 2).to(.bfloat16)
    func gradients(_ dtype: DType) -> [Tensor] {
      let (filter, bias) = Kernel.convolutionFilterGradient(dy.to(dtype), x.to(dtype), plan, bias: true)
      return [filter.to(.float64), bias!.to(.float64)]
    }
    let exact = gradients(.float64)
    for dtype in [DType.float32, .bfloat16] {
      for (found, expected) in zip(gradients(dtype), exact) {
        let error = (found - expected).abs().max().item
        #expect(error <= 2e-5 * max(1, expected.abs().max().item), "\(dtype): off by \(error)")
      }
    }
  }
}
