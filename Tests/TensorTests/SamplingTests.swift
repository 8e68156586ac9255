import Testing

@testable import Tensor

@Suite struct SamplingTests {
  /// Against the mean of many samples of the same surface, which grid sampling takes.
  @Test(arguments: [
    [0.4, 0.7, 4.3, 3.2], [-1.4, -2.2, 2.1, 1.9], [2.2, 1.1, 9.5, 8.3], [1.2, 1.3, 1.5, 1.4],
  ])
  func preciseRoIPoolIsTheMeanOfTheSurface(_ edges: [Double]) {
    let image = Tensor(normal: [1, 5, 6, 3], dtype: .float64, seed: 1)
    let (height, width, fine) = (2, 3, 300)
    let pooled = image.preciseRoIPool(
      Tensor([0] + edges, shape: [1, 5]), height: height, width: width)
    /// Midpoints between two edges, −1 and 1 the centres of the first and the last of `size` samples.
    func places(_ low: Double, _ high: Double, _ bins: Int, _ size: Int) -> Tensor {
      let step = (high - low) / Double(bins * fine)
      let centres = Tensor(from: 0.5, to: Double(bins * fine), dtype: .float64) * step + low
      return centres * (2 / Double(size - 1)) - 1
    }
    let shape: Shape = [1, height * fine, width * fine, 1]
    let x = places(edges[0], edges[2], width, 6).reshape(1, 1, -1, 1).broadcast(to: shape)
    let y = places(edges[1], edges[3], height, 5).reshape(1, -1, 1, 1).broadcast(to: shape)
    let surface = image.gridSample(.concatenate([x, y], axis: -1), alignCorners: true)
    #expect((pooled - surface.averagePool2d(fine)).abs().max().item < 1e-4)
  }

  @Test func aBoxWithoutAreaGivesZero() {
    let image = Tensor(ones: [1, 4, 4, 1])
    let boxes: Tensor = [[0, 1, 1, 1, 3], [0, 3, 1, 2, 3]]
    let (value, gradients) = valueWithGradient(at: [image, boxes]) {
      $0[0].preciseRoIPool($0[1], height: 2, width: 2).sum()
    }
    #expect(value.item == 0 && gradients.allSatisfy { ($0 .== 0).isAllTrue })
  }

  @Test func aWarpTakesTheImageWhereTheFlowPoints() {
    let image = Tensor(normal: [1, 4, 5, 2], seed: 1)
    let flow = Tensor(ones: [1, 4, 5, 1]) * Tensor([1, -2] as [Float])
    let expected = image.padded([(0, 0), (2, -2), (-1, 1), (0, 0)], mode: .replicate)
    #expect((image.warped(by: flow) .== expected).isAllTrue)
    #expect((image.warped(by: flow * 0) .== image).isAllTrue)
  }

  @Test func coordinatesThatAreNoNumbersGiveZerosAndTrapNowhere() {
    let image = Tensor(ones: [1, 3, 3, 2])
    let grid = Tensor([.nan, 0, .infinity, 0, -1e30, 0, 0, 0] as [Float], shape: [1, 2, 2, 2])
    for interpolation in Interpolation.allCases {
      let (value, _) = valueWithGradient(at: [image, grid]) {
        $0[0].gridSample($0[1], interpolation: interpolation)[0, 0].sum()
      }
      #expect(value.item == 0 || value.item.isNaN)
    }
  }

  @Test func whatIsMirroredIsMirroredAgain() {
    let x: Tensor = [1, 2, 3]
    #expect(x.padded([(5, 4)], mode: .reflect).array() == [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3])
    #expect(x.padded([(2, 4)], mode: .circular).array() == [2, 3, 1, 2, 3, 1, 2, 3, 1])
    #expect(x.padded([(2, -1)], mode: .replicate).array() == [1, 1, 1, 2])
    #expect(x.padded([(-1, 1)], value: 9).array() == [2, 3, 9])
    #expect(([4] as Tensor).padded([(1, 2)], mode: .reflect).array() == [4, 4, 4, 4])
  }
}
