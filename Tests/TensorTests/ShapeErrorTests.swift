import Testing

@testable import Tensor

@Suite struct ShapeErrorTests {
  /// The message of a failed precondition, from the child process in which it failed.
  private func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test func broadcastingNamesOperatorAndShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [2, 3]) + Tensor(zeros: [2, 4])
    }
    #expect(message(result).contains("+: shapes [2, 3] and [2, 4] don't fit together"))
  }

  @Test func matrixProductNamesOperatorAndShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [2, 3]).matmul(Tensor(zeros: [2, 3]))
    }
    #expect(message(result).contains("matmul: shapes [2, 3] and [2, 3]"))
  }

  @Test func convolutionNamesOperatorAndShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [1, 8, 8, 3]).conv2d(Tensor(zeros: [3, 3, 4, 8]))
    }
    #expect(message(result).contains("conv2d: input [1, 8, 8, 3] and filter [3, 3, 4, 8]"))
  }

  @Test func elementTypesDoNotMix() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [2]) * Tensor(zeros: [2], dtype: .float64)
    }
    #expect(message(result).contains("*: one operand is float32, the other float64"))
  }

  @Test func attentionNamesOperatorAndShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor(zeros: [2, 5, 4])
      _ = Tensor.scaledDotProductAttention(x, keys: Tensor(zeros: [2, 6, 4]), values: x)
    }
    #expect(
      message(result).contains(
        "scaledDotProductAttention: queries [2, 5, 4], keys [2, 6, 4], values [2, 5, 4]"))
  }

  @Test func subscriptsNameWhatDoesNotChoose() async {
    let wrongType = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [2, 3])[Tensor(zeros: [2])]
    }
    #expect(message(wrongType).contains("subscript: a float32 tensor chooses nothing"))
    let wrongShape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var x = Tensor(zeros: [2, 3])
      x[Tensor(zeros: [3], dtype: .bool)] = 1
    }
    #expect(message(wrongShape).contains("subscript: a bool tensor of shape [3] for shape [2, 3]"))
  }

  @Test func optionsPerAxisFit() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [1, 8, 8, 3]).maxPool2d(2, stride: [1, 2, 2])
    }
    #expect(message(result).contains("stride [1, 2, 2] for 2 spatial axes"))
  }

  @Test func positionsLieWithinTheShape() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3])[2] }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [3]).gather(Tensor([3] as [Int32])) }
  }
}
