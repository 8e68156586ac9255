import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

/// The learners of RTS on small problems, in float64.
@Suite struct FewShotTests {
  private static let segmentation = SegmentationModel(inputs: 3, channels: 4, encoding: 2).to(.float64)
  private static let instance = InstanceModel(inputs: 3, channels: 4)

  private static func normal(_ shape: Shape, _ seed: UInt64) -> Tensor {
    Tensor(normal: shape, dtype: .float64, seed: seed)
  }

  /// Two sequences of three samples each, and filters to begin with.
  private static let problems: [(problem: FewShotProblem, filters: Tensor)] = [
    (
      segmentation.problem(
        samples: normal([2, 3, 4, 5, 4], 1), encodings: normal([2, 3, 4, 5, 2], 2),
        weights: normal([2, 3, 4, 5, 2], 3), importance: Tensor(uniform: [2, 3], dtype: .float64, seed: 4)),
      normal([2, 3, 3, 4, 2], 5)
    ),
    (
      instance.problem(
        samples: normal([2, 3, 4, 5, 4], 6),
        labels: Tensor(uniform: [2, 3, 5, 6, 1], in: -1..<1, dtype: .float64, seed: 7).relu()),
      normal([2, 4, 4, 4, 1], 8)
    ),
  ]

  @Test(arguments: [0, 1]) func jacobiansAreThoseOfAutodiff(_ index: Int) {
    let (problem, filters) = Self.problems[index]
    let linearization = problem.linearized(at: filters)
    let direction = Self.normal(filters.shape, 9)
    let cotangent = FewShotProblem.Residuals(
      data: Self.normal(linearization.residuals.data.shape, 10), prior: Self.normal(filters.shape, 11))
    // Jᵀr is the gradient of ⟨r, residuals⟩, and ⟨r, Jd⟩ = ⟨Jᵀr, d⟩ holds J to it.
    let expected = gradient(at: filters) { filters in
      let residuals = problem.linearized(at: filters).residuals
      return (residuals.data * cotangent.data).sum() + (residuals.prior * cotangent.prior).sum()
    }
    #expect(relativeDistance(linearization.transposedProduct(cotangent), expected) < 1e-9)
    let product = linearization.product(direction)
    let (left, right) = (
      (product.data * cotangent.data).sum() + (product.prior * cotangent.prior).sum(),
      (expected * direction).sum()
    )
    #expect(abs(left.item - right.item) < 1e-9 * max(1, abs(right.item)))
    #expect(
      relativeDistance(
        linearization.transposedProduct(linearization.residuals),
        gradient(at: filters) { problem.loss($0).sum() }) < 1e-9)
  }

  @Test(arguments: [0, 1]) func theLossFallsWithEachStep(_ index: Int) {
    let (problem, filters) = Self.problems[index]
    let losses = problem.steepestDescent(from: filters, steps: 12).map {
      problem.loss($0).array(of: Double.self)
    }
    for (before, after) in zip(losses, losses.dropFirst()) {
      #expect(zip(before, after).allSatisfy { $1 < $0 })
    }
  }

  /// Where the residuals are linear in the filters, the optimum is the solution of the normal equations.
  @Test func theOptimumIsThatOfTheNormalEquations() throws {
    let model = SegmentationModel(inputs: 1, channels: 1, encoding: 1).to(.float64)
    model.regularization.value = Tensor(repeating: 0.3, shape: [1], dtype: .float64)
    let problem = model.problem(
      samples: Self.normal([1, 2, 4, 4, 1], 12), encodings: Self.normal([1, 2, 4, 4, 1], 13),
      weights: Self.normal([1, 2, 4, 4, 1], 14))
    let start = model.initialFilters(count: 1, like: problem.samples)
    let linearization = problem.linearized(at: start)
    let columns = (0..<9).map { index in
      let unit = Tensor((0..<9).map { Double($0 == index ? 1 : 0) }, shape: start.shape)
      return linearization.transposedProduct(linearization.product(unit)).flattened()
    }
    let optimum = try Tensor.stack(columns, axis: 1).solve(
      -linearization.transposedProduct(linearization.residuals).reshape(9, 1))
    let found = problem.steepestDescent(from: start, steps: 400).last!
    #expect(distance(found.flattened(), optimum.flattened()) < 1e-6)
  }

  /// Sequences of a batch don't know of each other.
  @Test func sequencesLearnEachForItself() {
    let (problem, filters) = Self.problems[1]
    let both = problem.steepestDescent(from: filters, steps: 3).last!
    let second = Self.instance.problem(
      samples: problem.samples[1..<2],
      labels: Tensor(uniform: [2, 3, 5, 6, 1], in: -1..<1, dtype: .float64, seed: 7).relu()[1..<2])
    let alone = second.steepestDescent(from: filters[1..<2], steps: 3).last!
    #expect(distance(both[1..<2], alone) < 1e-12)
  }

  /// Through five unrolled steps, in the samples, the labels, their weights, λ and the filters they start from.
  @Test func gradientsThroughFiveStepsAreThoseOfDifferences() {
    let model = SegmentationModel(inputs: 1, channels: 2, encoding: 1).to(.float64)
    let inputs = [
      Self.normal([1, 2, 3, 3, 2], 15), Self.normal([1, 2, 3, 3, 1], 16), Self.normal([1, 2, 3, 3, 1], 17),
    ]
    #expect(
      gradientCheck(at: inputs) { inputs in
        let problem = model.problem(samples: inputs[0], encodings: inputs[1], weights: inputs[2])
        let start = model.initialFilters(count: 1, like: inputs[0])
        return problem.steepestDescent(from: start, steps: 5).last!
      } == [])
    let labels = Tensor(uniform: [1, 2, 4, 4, 1], in: -1..<1, dtype: .float64, seed: 18).relu()
    let start = Self.normal([1, 4, 4, 2, 1], 19)
    #expect(
      gradientCheck(at: [inputs[0], start]) { inputs in
        Self.instance.problem(samples: inputs[0], labels: labels).steepestDescent(
          from: inputs[1], steps: 5
        ).last!
      } == [])
    // λ is a parameter.
    func value(_ regularization: Double) -> Double {
      model.regularization.value = Tensor(repeating: regularization, shape: [1], dtype: .float64)
      return learned().item
    }
    func learned() -> Tensor {
      let problem = model.problem(samples: inputs[0], encodings: inputs[1], weights: inputs[2])
      return problem.steepestDescent(
        from: model.initialFilters(count: 1, like: inputs[0]), steps: 5
      ).last!.sum()
    }
    let slope = (value(0.5 + 1e-5) - value(0.5 - 1e-5)) / 2e-5
    _ = value(0.5)
    let (_, gradients) = valueWithGradient { learned() }
    #expect(abs(gradients[model.regularization]!.item - slope) < 1e-7)
  }

  @Test func labelsPeakAtTheTarget() {
    let published = InstanceModel(inputs: 3, channels: 4)
    let label = published.label(center: Point(416, 240), deviation: 32, height: 480, width: 832)
    #expect(label.shape == [16, 27, 1])
    // The middle of 16 rows lies between two of them.
    #expect(abs(label[7, 13, 0].item - label[8, 13, 0].item) < 1e-6 && label.max().item < 1)
    let own = InstanceModel(channels: 5)
    let size = own.scoreSize(height: 100, width: 64)
    #expect(size.height == 7 && size.width == 4)
    let place = own.place(row: 2, column: 3)
    let peak = own.label(center: place, deviation: 16, height: 100, width: 64)
    #expect(peak[2, 3, 0].item == 1 && peak.argmax(axis: 0)[3, 0].array(of: Int32.self) == [2])
    #expect(own.label(center: nil, deviation: 16, height: 100, width: 64).max().item == 0)
  }

  @Test func lengthsOfFeaturesAreOne() {
    let x = Tensor(normal: [2, 3, 4, 5], dtype: .float64, seed: 20)
    let norm = InstanceL2Norm(channels: 5, filterSize: 3)
    let y = norm(x * 7)
    #expect(distance(y, norm(x)) < 1e-6)
    #expect(abs(y.squared().mean(axis: [1, 2, 3])[0].item - 1 / 45.0) < 1e-6)
  }

  @Test func encodersHaveThePublishedParameters() {
    let encoder = LabelEncoder(encoding: 16, stride: 2)
    #expect(encoder.parameterCount == 110_880)
    let (labels, weights) = encoder.encodings(Tensor(ones: [2, 48, 80, 1]))
    #expect(labels.shape == [2, 3, 5, 16] && weights.shape == labels.shape)
    #expect(distance(weights, Tensor(ones: weights.shape)) == 0 && labels.min().item >= 0)
    #expect(LabelEncoder(encoding: 16, stride: 1)(Tensor(ones: [1, 16, 27, 1])).shape == [1, 16, 27, 16])
  }
}
