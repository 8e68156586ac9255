import Tensor
import Testing
import Vision

@testable import TrainSpectral

@Suite struct SimulatedMethodTests {
  private static let (frames, height, width) = (12, 40, 64)

  /// A box that walks to the right, 12×16 pixels.
  private let truth = volume { t, x, y in (8 + t..<24 + t).contains(x) && (10..<22).contains(y) }
  /// Another in the lower right corner.
  private let other = volume { _, x, y in (48..<62).contains(x) && (28..<38).contains(y) }

  private static func volume(_ isInside: (Int, Int, Int) -> Bool) -> Tensor {
    let values = (0..<frames).flatMap { t in
      (0..<height * width).map { isInside(t, $0 % width, $0 / width) ? Float(1) : 0 }
    }
    return Tensor(values, shape: [frames, height, width])
  }

  /// A method without errors.
  private let perfect = SimulatedMethod(
    name: "perfect", missing: 0, leaks: 0, clutter: 0, distraction: 0, losses: 0, lag: 0, wandering: 0,
    bias: 0,
    persistence: 4, isSoft: false)

  private func masks(seed: UInt64 = 1, _ change: (inout SimulatedMethod) -> Void = { _ in }) -> Tensor {
    var method = perfect
    change(&method)
    return method.masks(truth: truth, others: [other], seed: seed)
  }

  private func jaccard(_ masks: Tensor, _ truth: Tensor) -> Double {
    let found = (masks .> 0.5).to(.float32)
    return (found * truth).sum().item / Tensor.maximum(found, truth).sum().item
  }

  @Test func aMethodWithoutErrorsIsRight() {
    #expect(jaccard(masks(), truth) > 0.9, "but for the corners")
  }

  @Test func eachErrorDoesWhatItIsCalled() {
    func share(_ masks: Tensor, within region: Tensor) -> Double {
      ((masks .> 0.5).to(.float32) * region).sum().item / truth.sum().item
    }
    let outside = 1 - Tensor.maximum(truth, other)
    let missing = 1 - share(masks { $0.missing = 0.3 }, within: truth)
    #expect((0.1..<0.7).contains(missing), "\(missing)")
    let leaks = masks { $0.leaks = 0.3 }
    #expect((0.05..<0.8).contains(share(leaks, within: outside)))
    #expect(share(leaks[.all, .all, 50...], within: outside[.all, .all, 50...]) == 0, "far from the object")
    #expect((0.05..<0.8).contains(share(masks { $0.clutter = 0.3 }, within: outside)))
    #expect(masks { $0.losses = 1 }.sum().item == 0)
    #expect(jaccard(masks { $0.distraction = 1 }, Tensor.maximum(truth, other)) > 0.9)
    #expect(masks { $0.bias = 1 }.sum().item > 1.1 * truth.sum().item)
    #expect(masks { $0.bias = -1 }.sum().item < 0.9 * truth.sum().item)
    #expect(jaccard(masks { $0.wandering = 5 }, truth) < 0.9)
    let late = masks { $0.lag = 3 }
    #expect(jaccard(late[1...], truth[1...]) < jaccard(late[1...], truth[..<(-1)]))
  }

  @Test func errorsLastAndFollowTheObject() {
    let errors =
      truth
      - masks {
        $0.missing = 0.3; $0.persistence = 12
      }
    // Moved on with the object, an error meets itself.
    let next = errors[1...], moved = errors[..<(-1)].rolled(by: 1, axis: 2)
    #expect((next * moved).sum().item > 0.7 * next.sum().item)
    let jumpy =
      truth
      - masks {
        $0.missing = 0.3; $0.persistence = 1
      }
    let nextJumpy = jumpy[1...], movedJumpy = jumpy[..<(-1)].rolled(by: 1, axis: 2)
    #expect((nextJumpy * movedJumpy).sum().item < 0.7 * nextJumpy.sum().item)
  }

  @Test func masksDependOnMethodAndSeedAlone() {
    let some = SimulatedMethod.fifteen[6]
    func values(_ method: SimulatedMethod, _ seed: UInt64) -> [Float] {
      method.masks(truth: truth, others: [other], seed: seed).array(of: Float.self)
    }
    #expect(values(some, 3) == values(some, 3))
    #expect(values(some, 3) != values(some, 4))
    var named = some
    named.name = "another"
    #expect(values(some, 3) != values(named, 3))
    #expect(values(some, 3).allSatisfy { (0...1).contains($0) })
  }

  @Test func theFifteenFallInQuality() {
    let methods = SimulatedMethod.fifteen
    #expect(Set(methods.map(\.name)).count == 15)
    let scores = methods.map { method in
      (0..<4).map { jaccard(method.masks(truth: truth, others: [other], seed: $0), truth) }.reduce(0, +) / 4
    }
    let thirds = [0, 5, 10].map { scores[$0..<$0 + 5].reduce(0, +) / 5 }
    #expect(thirds[0] > thirds[1] && thirds[1] > thirds[2], "\(scores)")
    #expect(scores[0] > 0.7 && scores[14] < 0.6, "\(scores)")
  }

  @Test func whereNothingIsThereNothingIsMissed() {
    let empty = Tensor(zeros: truth.shape)
    for method in SimulatedMethod.fifteen {
      #expect(method.masks(truth: empty, others: [], seed: 1).isFinite().isAllTrue)
    }
  }
}
