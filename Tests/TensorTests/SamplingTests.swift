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

  /// Images of few channels are sampled in many places at once.
  @Test(arguments: [DType.float32, .float64]) func fewChannelsAreSampledAsManyAre(_ dtype: DType) {
    let image = Tensor(normal: [2, 7, 150, 5], dtype: dtype, seed: 1)
    var places = Tensor(normal: [2, 7, 150, 2], seed: 2).array(of: Float.self)
    let far: [Float] = [-1, 1, 1e9, -1e9, 1e20, -1e20, .infinity, -.infinity, .nan]
    for (index, place) in far.enumerated() { places[index * 97] = place }
    let grid = Tensor(places, shape: [2, 7, 150, 2]).to(dtype)
    let samplings: [(Tensor) -> Tensor] = [
      { $0.warped(by: grid) }, { $0.gridSample(grid) }, { $0.gridSample(grid, alignCorners: true) },
      { $0.gridSample(grid, padding: .border) },
    ]
    for sample in samplings {
      let many = sample(image)
      for channels in 1...4 {
        let few = sample(image[.all, .all, .all, ..<channels]).to(.float64).array(of: Double.self)
        let same = many[.all, .all, .all, ..<channels].to(.float64).array(of: Double.self)
        #expect(zip(few, same).allSatisfy { $1.isNaN ? $0.isNaN : abs($0 - $1) < 1e-5 }, "\(channels)")
      }
    }
  }

  /// What PyTorch samples of a row 1…7: near, then where float32 no longer tells positions apart, then nowhere. In volumes
  /// it rounds otherwise, and takes what is not a number for the other border.
  @Test func farCoordinatesSampleWhatPyTorchDoes() {
    let inf = Float.infinity, nan = Float.nan
    let coordinates: [Float] = [-5.2, 1e5, 1e9, 1e10, 1e20, inf, -inf, nan]
    let expected: [(Interpolation, GridPadding, alignCorners: Bool, isVolume: Bool, [Float])] = [
      (.nearest, .zeros, false, false, [0, 0, 0, 0, 0, 0, 0, 0]),
      (.nearest, .border, false, false, [1, 7, 7, 7, 7, 7, 1, 1]),
      (.nearest, .border, true, true, [1, 7, 7, 7, 7, 7, 1, 7]),
      (.nearest, .reflection, false, true, [1, 4, 1, 1, 3, 7, 7, 7]),
      (.nearest, .reflection, true, true, [2, 4, 1, 5, 1, 7, 7, 7]),
      (.linear, .zeros, false, false, [0, 0, 0, 0, 0, nan, nan, nan]),
      (.linear, .zeros, true, true, [0, 0, 0, 0, 0, 0, 0, 0]),
      (.linear, .border, true, false, [1, 7, 7, 7, 7, 7, 1, 1]),
      (.linear, .reflection, false, false, [1.2, 4, 1, 1, 1, 1, 1, 1]),
      (.linear, .reflection, false, true, [1.2, 4, 1, 1.5, 3.5, 7, 7, 7]),
      (.cubic, .zeros, false, false, [0, 0, 0, 0, 0, nan, nan, nan]),
      (.cubic, .border, true, false, [1, 7, 7, 7, 7, nan, nan, nan]),
      (.cubic, .reflection, false, false, [1.152, 4, 1, 1, 1, nan, nan, nan]),
      (.cubic, .reflection, true, false, [1.432, 4, 1, 1, 1, nan, nan, nan]),
    ]
    let count = coordinates.count
    for (interpolation, padding, alignCorners, isVolume, expected) in expected {
      let axes = isVolume ? 3 : 2, ones = Array(repeating: 1, count: axes - 1)
      let row = Tensor((1...7).map(Float.init)).reshape(Shape([1] + ones + [7, 1]))
      let image = row.broadcast(to: Shape([1] + ones.map { $0 * 3 } + [7, 1]))
      let zeros = [Tensor](repeating: Tensor(zeros: [count]), count: axes - 1)
      let grid = Tensor.stack([Tensor(coordinates)] + zeros, axis: -1).reshape(
        Shape([1] + ones + [count, axes]))
      let (y, pull) = pullback(at: [image, grid]) {
        $0[0].gridSample($0[1], interpolation: interpolation, padding: padding, alignCorners: alignCorners)
      }
      for (y, expected) in zip(y.array(), expected) {
        #expect(
          y == expected || y.isNaN && expected.isNaN || abs(y - expected) < 1e-4,
          "\(interpolation) \(padding) \(alignCorners) \(isVolume)")
      }
      #expect(pull(Tensor(ones: y.shape)).allSatisfy { $0.isFinite().isAllTrue })
    }
  }

  /// At once, and near the mean of the surface over them; what is not finite gives NaN, and no gradient to the image.
  @Test(arguments: [1e9, 1e20, .infinity, .nan], [DType.float32, .float64])
  func farBoxes(_ edge: Double, _ dtype: DType) {
    let image = Tensor(ones: [1, 32, 32, 2], dtype: dtype)
    let boxes = Tensor([0, -edge, -edge, edge, edge] as [Double], shape: [1, 5]).to(dtype)
    let pools: [(Tensor) -> Tensor] = [
      { $0.roiAlign(boxes, height: 7, width: 7) }, { $0.roiAlign(boxes, height: 1, width: 1, points: 2) },
      { $0.preciseRoIPool(boxes, height: 7, width: 7) },
    ]
    for pool in pools {
      let (value, slopes) = valueWithGradient(at: [image]) { pool($0[0]).sum() }
      #expect(edge.isFinite ? abs(value.item) < 1e-12 : value.item.isNaN)
      #expect(slopes[0].isFinite().isAllTrue)
    }
  }

  /// What is not a number stays where it weighs something.
  @Test(arguments: [Interpolation.linear, .cubic, .area])
  func wideFiltersSpreadNoNaN(_ interpolation: Interpolation) {
    var image = Tensor(ones: [1, 16, 16, 3])
    image[0, 12, 3, 1] = Tensor(Double.nan)
    let y = image.resized2d(height: 4, width: 4, interpolation: interpolation, antialiased: true)
    #expect(y.isNaN().sum().item > 0 && y.isNaN().sum().item <= 16 && !y[0, 0].isNaN().isAnyTrue)
    #expect(!y[.ellipsis, 0].isNaN().isAnyTrue)
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
