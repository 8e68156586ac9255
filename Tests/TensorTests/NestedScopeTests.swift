import Foundation
import Testing

@testable import Tensor

/// A scope inside another: constants and detached values work, and a gradient through it stops, never silently 0.
@Suite struct NestedScopeTests {
  final class Weight: Sendable {
    let value: Tensor
    init(_ value: Tensor) { self.value = value }
    var leaf: Tensor { value.leaf(of: self) }
  }

  // MARK: What works

  @Test func eachScopeTakesTheOthersValuesForConstants() throws {
    let w = Weight([3])
    let outer = gradient(at: [2]) { x in
      let (inner, gradients) = valueWithGradient { (w.leaf * x).sum() }
      #expect(inner.item == 6 && gradients.count == 1)
      #expect(gradients[w]?.array() == [2])
      #expect(x.isRecorded, "the outer scope goes on")
      let slope = gradient(at: [5]) { y in (y * x * y).sum() }
      #expect(slope.array() == [20])
      return (x * inner.detached() * slope.detached()).sum()
    }
    #expect(outer.array() == [6 * 20])
  }

  @Test func whatReadsNothingOfTheOuterScopeIsConstant() {
    let w = Weight([3])
    let found = gradient(at: [2]) { x in
      let slope = gradient(at: [5]) { $0.squared().sum() }
      let (value, pull) = pullback(at: [[1, 2]] as [Tensor]) { $0[0].exp() }
      let pulled = pull([1, 1])[0]
      let detached = gradient(at: x.detached()) { $0.squared().sum() }
      for constant in [slope, value, pulled, detached] { #expect(!constant.isRecorded) }
      return (x * slope * detached).sum() + value.sum() + pulled.sum()
    }
    #expect(found.array() == [40])

    // An inner optimisation, of a parameter that the outer scope reads afterwards.
    let (value, gradients) = valueWithGradient {
      var weight: Tensor = [1]
      for _ in 0..<3 {
        let slope = gradient(at: weight) { (($0 - 3).squared()).sum() }
        weight = weight - 0.25 * slope
      }
      #expect(!weight.isRecorded)
      return (weight * w.leaf).sum()
    }
    #expect(gradients[w]?.array() == [2.75] && value.item == 8.25)
  }

  @Test func resultsThatNobodyDifferentiatesAreFine() {
    let w = Weight([3])
    // An adversarial direction: the gradient's sign has no gradient itself.
    let (_, gradients) = valueWithGradient {
      let slope = gradient(at: [2]) { x in (w.leaf * x).squared().sum() }
      let (logged, inner) = valueWithGradient { (w.leaf * 2).sum() }
      #expect(logged.item == 6 && inner.norm == 2)
      return (w.leaf * (2 + 0.5 * slope.sign())).sum()
    }
    #expect(gradients[w]?.array() == [2.5])
  }

  @Test func aPullbackOfAnotherRecordingIsUsedAsItIs() {
    let (_, pull) = pullback(at: [[1, 2]] as [Tensor], reusable: true) { $0[0].squared() }
    let found = gradient(at: [1, 1]) { x in
      (x * pull([1, 1])[0] * pull(x.detached())[0]).sum()
    }
    #expect(found.array() == [4, 16])
  }

  @Test func anInnerScopeDrawsTheSameNumbersWhenItIsRecomputed() {
    func gradients(_ run: (@escaping () -> Tensor) -> Tensor) -> [Float] {
      withRandomSeed(8) {
        gradient(at: Tensor(ones: [16])) { x in
          run {
            let mask = gradient(at: Tensor(ones: [16])) { $0.dropout(0.5).sum() }
            return (x.dropout(0.25) * mask).sum()
          }
        }.array()
      }
    }
    #expect(gradients { $0() } == gradients { recomputed($0) })
  }

  @Test func whatARecomputedBlockLeavesBehindIsConstantDetached() {
    let found = gradient(at: [1, 2]) { x in
      nonisolated(unsafe) var aside = Tensor(0)
      let y = recomputed {
        aside = x.squared()
        return aside * 2
      }
      return (y * aside.detached()).sum()
    }
    #expect(found.array() == [4, 32])
  }

  // MARK: What stops

  struct Stop: Sendable {
    let words: String
    let run: @Sendable () -> Void
    init(_ words: String, _ run: @escaping @Sendable () -> Void) { (self.words, self.run) = (words, run) }
  }

  static let stops: [Stop] = [
    // A gradient penalty: the slope depends on the parameters.
    Stop("gradient(at:) inside a recording") {
      let w = Weight([3])
      _ = valueWithGradient {
        let slope = gradient(at: [2]) { x in (w.leaf * x).squared().sum() }
        return (slope - 1).squared().sum()
      }
    },
    // By the inputs.
    Stop(
      "gradient(at:) inside a recording: its result depends on values of that recording (the first it read has the shape [2])"
    ) {
      _ = gradient(at: [1, 2]) { x in gradient(at: x) { $0.pow(3).sum() }.sum() }
    },
    Stop("gradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in gradient(at: [1, 1]) { ($0 * $0 * x).sum() }.sum() }
    },
    // Of an inner scope's value.
    Stop("valueWithGradient inside a recording") {
      let w = Weight([3])
      _ = valueWithGradient { valueWithGradient { w.leaf.squared().sum() }.value }
    },
    Stop("valueWithGradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in valueWithGradient(at: [[1, 1]]) { ($0[0] * x).sum() }.value }
    },
    // Of its parameters' gradients.
    Stop("valueWithGradient inside a recording") {
      let w = Weight([3])
      _ = valueWithGradient {
        var gradients = valueWithGradient { w.leaf.squared().sum() }.gradients
        gradients += valueWithGradient { (w.leaf * 2).sum() }.gradients
        return gradients.scaled(by: 2)[w]!.sum()
      }
    },
    // Of what it leaves behind.
    Stop("valueWithGradient inside a recording") {
      let w = Weight([3])
      _ = valueWithGradient {
        let (_, prediction, _) = valueWithGradient { (w.leaf.sum(), w.leaf * 2) }
        return prediction.sum()
      }
    },
    // Of the outer scope's values alone: constant to the inner one, not to the outer.
    Stop("gradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in
        var left: [Tensor] = []
        _ = gradient(at: [1]) { y in
          left = [x.exp(), x.reshape(2, 1).batchNorm().output, recomputed { x.tanh() }, x + 1]
          return y.sum()
        }
        return left[Int.random(in: 0..<4)].sum()
      }
    },
    // Of a pullback: its value, its gradients, its seed.
    Stop("pullback(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in pullback(at: [x]) { $0[0].exp() }.value.sum() }
    },
    Stop("pullback(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in pullback(at: [x]) { $0[0].exp() }.pullback([1, 1])[0].sum() }
    },
    Stop("pullback(at:) inside a recording") {
      let (_, pull) = pullback(at: [[1, 2]] as [Tensor]) { $0[0].exp() }
      _ = gradient(at: [1, 2]) { x in pull(x)[0].sum() }
    },
    // Two scopes deep, and within a block that is computed again.
    Stop("gradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in
        var left = Tensor(0)
        _ = gradient(at: [1]) { y in
          left = gradient(at: [1, 1]) { z in (z * z * x).sum() }
          return y.sum()
        }
        return left.sum()
      }
    },
    Stop("gradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in
        gradient(at: [1, 1]) { y in
          (y * gradient(at: [1, 1]) { z in (z * z * x).sum() }).sum()
        }.sum()
      }
    },
    Stop("gradient(at:) inside a recording") {
      _ = gradient(at: [1, 2]) { x in recomputed { gradient(at: [1, 1]) { z in (z * z * x).sum() } }.sum() }
    },
    // What a recomputed block leaves behind beside its results.
    Stop("recomputed: a value of the block that is none of its results") {
      _ = gradient(at: [1, 2]) { x in
        nonisolated(unsafe) var aside = Tensor(0)
        let y = recomputed {
          aside = x.exp()
          return aside * 2
        }
        return (y + aside).sum()
      }
    },
  ]

  @Test(arguments: stops.indices)
  func aGradientThroughAScopeStopsByName(_ index: Int) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      Self.stops[index].run()
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(message.contains(Self.stops[index].words), "\(message)")
  }
}
