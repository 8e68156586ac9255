import Foundation
import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct SpatialMemoryTests {
  private static func normal(_ shape: Shape, _ seed: UInt64) -> Tensor {
    Tensor(normal: shape, dtype: .float64, seed: seed)
  }

  /// Conjugate gradients end at the solution, after as many iterations as there are unknowns.
  @Test func conjugateGradientsSolve() throws {
    let root = Self.normal([12, 12], 1)
    let a = root.matmul(root, otherTransposed: true) + Tensor(identity: 12, dtype: .float64)
    let b = Self.normal([12], 2)
    let expected = try a.solve(b)
    // In two tensors, as one vector.
    let found = conjugateGradients([b[0..<5], b[5...]], iterations: 30) { x in
      let y = a.matmul(.concatenate(x, axis: 0))
      return [y[0..<5], y[5...]]
    }
    #expect(distance(.concatenate(found, axis: 0), expected) < 1e-8)
    #expect(conjugateGradients([b * 0], iterations: 3) { $0 }[0].abs().max().item == 0)
  }

  private static func problem(channels: Int) -> SpatialProblem {
    SpatialProblem(
      samples: normal([1, 2, 5, 5, channels], 3),
      labels: Tensor(uniform: [1, 2, 5, 5, 1], dtype: .float64, seed: 4),
      importance: Tensor([0.3, 0.7] as [Double]))
  }

  private static let unknowns = [normal([1, 1, 4, 4, 2, 1], 5) * 0.3, normal([1, 1, 1, 1, 3, 2], 6)]

  /// Jᵀr is half the loss's gradient, and JᵀJ what differences of it say where the residuals are nearly linear.
  @Test func linearizationIsThatOfDifferences() {
    let problem = Self.problem(channels: 3), x = Self.unknowns
    let linearized = problem.linearized(at: x)
    let d = [Self.normal(x[0].shape, 7), Self.normal(x[1].shape, 8)]
    func moved(_ step: Double) -> Unknowns { zip(x, d).map { $0 + step * $1 } }
    func dot(_ a: Unknowns, _ b: Unknowns) -> Double { zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).sum().item } }
    let slope = (problem.loss(moved(1e-6)) - problem.loss(moved(-1e-6))) / 2e-6
    #expect(abs(2 * dot(linearized.gradient, d) - slope) < 1e-6 * abs(slope))
    // ⟨d, JᵀJ e⟩ is symmetric, and not negative.
    let e = [Self.normal(x[0].shape, 9), Self.normal(x[1].shape, 10)]
    let (left, right) = (dot(d, linearized.curvature(e)), dot(e, linearized.curvature(d)))
    #expect(abs(left - right) < 1e-9 * abs(left) && dot(d, linearized.curvature(d)) > 0)
  }

  /// A step of Gauss–Newton solves the normal equations.
  @Test func aStepSolvesTheNormalEquations() throws {
    let problem = Self.problem(channels: 2), start = [Self.unknowns[0]]
    let linearized = problem.linearized(at: start)
    let count = start[0].elementCount
    let columns = (0..<count).map { index in
      let unit = Tensor((0..<count).map { Double($0 == index ? 1 : 0) }, shape: start[0].shape)
      return linearized.curvature([unit])[0].flattened()
    }
    let step = try Tensor.stack(columns, axis: 1).solve(-linearized.gradient[0].flattened())
    let found = gaussNewton(from: start, steps: 1, iterations: 60, problem.linearized)[0]
    #expect(distance(found.flattened(), start[0].flattened() + step) < 1e-8)
    let better = gaussNewton(
      from: Self.unknowns, steps: 6, iterations: 10, Self.problem(channels: 3).linearized)
    #expect(Self.problem(channels: 3).loss(better) < 0.7 * Self.problem(channels: 3).loss(Self.unknowns))
  }

  @Test(arguments: [4, 5]) func answersLieWhereTheirLabelsDo(_ size: Int) {
    let grid = SpatialGrid(side: 128, filterSize: size)
    let center = Point(70, 41)
    let fine = grid.interpolated(
      grid.label(center: center, deviation: 20).reshape(8, 8), windowed: false)
    #expect(fine.shape == [128, 128])
    let peaks = grid.peaks(fine, neighbourhood: Point(30, 30))
    #expect(abs(peaks.place.x - center.x) < 1.5 && abs(peaks.place.y - center.y) < 1.5)
    #expect(abs(peaks.score - 1) < 0.05 && peaks.second < 0.5)
    // Interpolation leaves the cells' own answers as they are.
    let scores = Tensor(normal: [8, 8], seed: 11)
    let same = grid.interpolated(scores, windowed: false)[.stride(by: 16), .stride(by: 16)]
    #expect(distance(same, scores) < 1e-5)
    // Beyond the target's neighbourhood something else is second.
    let other =
      grid.label(center: center, deviation: 12) + 0.6 * grid.label(center: Point(20, 100), deviation: 12)
    let two = grid.peaks(
      grid.interpolated(other.reshape(8, 8), windowed: false), neighbourhood: Point(30, 30))
    #expect(abs(two.secondPlace.x - 20) < 4 && abs(two.secondPlace.y - 100) < 4 && two.second > 0.4)
  }

  @Test func uncertaintyComparesWithTheLastPeaks() {
    var uncertainty = Uncertainty()
    #expect(uncertainty(0.01) == 1 && uncertainty(0) == .infinity && uncertainty(.nan) == .infinity)
    for _ in 0..<5 { uncertainty.remember(0.8) }
    #expect(abs(uncertainty(0.4) - 2) < 1e-9)
    for _ in 0..<25 { uncertainty.remember(0.2) }
    #expect(abs(uncertainty(0.1) - 2) < 1e-9)
  }

  @Test func thereAre27FirstSamples() {
    var image = Image(height: 64, width: 64, color: .black)
    for x in 29..<35 { for y in 29..<35 { for channel in 0..<3 { image[x, y, channel] = 255 } } }
    let variants = FirstSamples.Variant.spatial(image, targetSide: 20)
    #expect(variants.count == 27 && Set(variants.map { "\($0.center)" }).count == 9)
    for variant in variants {
      #expect(variant.image[Int(variant.center.x), Int(variant.center.y), 0] > 100)
    }
  }
}
