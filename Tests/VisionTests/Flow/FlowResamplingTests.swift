import Tensor
import Testing
import Vision

@Suite struct FlowResamplingTests {
  @Test func displacementsAreScaledWithTheImages() {
    let field = FlowField(height: 12, width: 20, everywhere: [4, -3])
    #expect(field.resized(height: 4, width: 10) == FlowField(height: 4, width: 10, everywhere: [2, -1]))
    #expect(field.resized(height: 12, width: 20) == field)
  }

  @Test func unknownDisplacementsStayUnknown() {
    let left = Mask(height: 4, width: 8, values: (0..<32).map { $0 % 8 < 4 ? 1 : 0 })
    let field = FlowField(
      height: 4, width: 8, vectors: (0..<64).map { $0 / 2 % 8 < 4 ? 2 : 0 }, known: left)
    let small = field.resized(height: 2, width: 4)
    #expect(small.known?.values == [1, 1, 0, 0, 1, 1, 0, 0])
    #expect(small[1, 1] == [1, 1] && small[2, 0] == [0, 0])
  }
}
