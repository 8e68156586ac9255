import Foundation
import Testing

@testable import Tensor

/// A scope inside another: its results are differentiated, to any order; what can't be stops by name, never silently 0.
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

  // MARK: What is differentiated

  private func expectGradient(
    _ expected: [Double], at x: [Double] = [1, 2], _ body: (Tensor) -> Tensor,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = gradient(at: Tensor(x), body).array(of: Double.self)
    #expect(
      zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-12 * Swift.max(1, abs($1)) }
        && found.count == expected.count, "\(found), not \(expected)", sourceLocation: sourceLocation)
  }

  @Test func anyOrder() {
    func derivative(_ order: Int, _ f: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
      order == 0 ? f : derivative(order - 1) { x in gradient(at: x) { f($0).sum() } }
    }
    let x = Tensor([0.3, -1.2] as [Double])
    for order in 0...4 {
      let sine = derivative(order) { $0.sin() }(x)
      #expect((sine - (x + Double(order) * .pi / 2).sin()).abs().max().item < 1e-14)
      let power = derivative(order) { $0.pow(5) }(x)
      let factor = (0..<order).reduce(1.0) { $0 * Double(5 - $1) }
      #expect((power - factor * x.pow(5 - order)).abs().max().item < 1e-12)
    }
  }

  @Test func gradientPenalties() {
    // Of parameters: d/dw (2 w² x − 1)² at w = 3, x = 2.
    let w = Weight([3])
    let (value, gradients) = valueWithGradient {
      let slope = gradient(at: [2]) { x in (w.leaf * x).squared().sum() }
      return (slope - 1).squared().sum()
    }
    #expect(value.item == 35 * 35 && gradients[w]?.array() == [2 * 35 * 24])
    // Of inputs.
    expectGradient([6, 12]) { x in gradient(at: x) { $0.pow(3).sum() }.sum() }
    // Of the outer scope's values in the inner function.
    expectGradient([2, 2]) { x in
      gradient(at: [1, 1] as Tensor) { ($0.to(.float64).squared() * x).sum() }.to(.float64).sum()
    }
  }

  @Test func valuesAndExtrasOfAnInnerScope() {
    let w = Weight([3])
    let (_, gradients) = valueWithGradient { valueWithGradient { w.leaf.squared().sum() }.value }
    #expect(gradients[w]?.array() == [6])
    expectGradient([2, 4]) { x in valueWithGradient(at: [x]) { ($0[0] * x).sum() }.value }
    let (_, others) = valueWithGradient {
      let (_, prediction, _) = valueWithGradient { (w.leaf.sum(), w.leaf * 2) }
      return prediction.sum()
    }
    #expect(others[w]?.array() == [2])
    // What is left of the outer scope's values alone.
    let left: [(Tensor) -> Tensor] = [
      { $0.exp() }, { $0.reshape(2, 1).batchNorm().output + $0.exp().reshape(2, 1) },
      { x in recomputed { x.tanh() } }, { $0 + 1 },
    ]
    for body in left {
      let expected = gradient(at: Tensor([1, 2] as [Double])) { body($0).sum() }.array(of: Double.self)
      expectGradient(expected) { x in
        var aside = Tensor(0)
        _ = gradient(at: [1]) { y in
          aside = body(x)
          return y.sum()
        }
        return aside.sum()
      }
    }
  }

  @Test func gradientsOfLeavesAddUpAndAreDifferentiated() {
    let w = Weight([3])
    let (_, found) = valueWithGradient {
      var gradients = valueWithGradient { w.leaf.pow(3).sum() }.gradients
      gradients += valueWithGradient { (w.leaf.squared() * 2).sum() }.gradients
      return gradients.scaled(by: 2)[w]!.sum()
    }
    #expect(found[w]?.array() == [2 * (6 * 3 + 4)])
  }

  @Test func pullbacks() {
    expectGradient([1, 2].map(Foundation.exp)) { x in pullback(at: [x]) { $0[0].exp() }.value.sum() }
    expectGradient([3, 12]) { x in
      pullback(at: [x]) { $0[0].pow(3) }.pullback(Tensor([0.5, 1] as [Double]))[0].sum()
    }
    // By its seed, of another scope and of this one.
    let (_, pull) = pullback(at: [Tensor([1, 2] as [Double])]) { $0[0].pow(3) }
    expectGradient([6, 48]) { x in (pull(x)[0] * x).sum() }
    expectGradient([12, 96]) { x in (pullback(at: [x]) { $0[0].pow(3) }.pullback(x)[0] * x).sum() }
    // Inside a third scope.
    expectGradient([6, 12]) { x in
      let (_, pull) = pullback(at: [x]) { $0[0].pow(3) }
      return gradient(at: Tensor(ones: [2], dtype: .float64)) { y in pull(y)[0].sum() }.sum()
    }
  }

  @Test func scopesThreeDeepAndBlocksComputedAgain() {
    // x² z² → 2 x² z → 4 x.
    expectGradient([4, 8]) { x in
      var left = Tensor(0)
      _ = gradient(at: [1]) { y in
        left = gradient(at: Tensor(ones: [2], dtype: .float64)) { z in (z * z * x * x).sum() }
        return y.sum()
      }
      return left.sum()
    }
    expectGradient([2, 2]) { x in
      gradient(at: Tensor(ones: [2], dtype: .float64)) { y in
        (y * gradient(at: Tensor(ones: [2], dtype: .float64)) { z in (z * z * x).sum() }).sum()
      }.sum()
    }
    // d² (x³ eˣ) = (6x + 6x² + x³) eˣ, the block inside, outside, and in both scopes.
    let expected = [1.0, 2].map { x -> Double in x * (6 + 6 * x + x * x) * Foundation.exp(x) }
    func cube(_ x: Tensor) -> Tensor { x.pow(3) * x.exp() }
    expectGradient(expected) { x in gradient(at: x) { x in recomputed { cube(x) }.sum() }.sum() }
    expectGradient(expected) { x in recomputed { gradient(at: x) { cube($0).sum() } }.sum() }
    expectGradient(expected) { x in
      recomputed { gradient(at: x) { x in recomputed { recomputed { x.pow(3) } * x.exp() }.sum() } }.sum()
    }
  }

  @Test func parametersOfBlocksComputedAgain() {
    let (w, v) = (Weight([3]), Weight([0.5]))
    func penalty(_ run: (@escaping () -> Tensor) -> Tensor) -> [Float] {
      let (_, found) = valueWithGradient {
        let slope = gradient(at: [2]) { x in run { ((w.leaf * x).squared() * (v.leaf * x).exp()).sum() } }
        return slope.squared().sum()
      }
      return found[w]!.array() + found[v]!.array()
    }
    let (plain, again) = (penalty { $0() }, penalty { recomputed($0) })
    #expect(plain.count == 2 && plain == again)
  }

  @Test func theInnerScopeLeavesNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let start = Memory.now.liveBlocks
      for _ in 0..<3 {
        _ = gradient(at: Tensor(ones: [1000])) { x in
          gradient(at: x) { x in recomputed { x.sin() }.squared().sum() }.norm()
        }
      }
      #expect(Memory.now.liveBlocks == start)
    }
  }

  /// What is not on the way to the inputs is not computed: a parameter's gradient here would not fit.
  @Test func onlyWhatIsAskedForIsComputed() {
    let w = Weight([3])
    let found = gradient(at: [2]) { x in
      let y = w.leaf * 5
      return (x * y.recorded(y.edge { _ in fatalError("nobody asked") })).sum()
    }
    #expect(found.array() == [15])
  }

  @Test func theOperatorsOfAWayBackAreRecordedOnlyWhereAsked() {
    _ = gradient(at: [2]) { x in
      let y = x.detached().recorded(
        x.edge { dy in
          #expect(!Tensor.isRecording)
          return dy
        })
      return y.sum()
    }
  }

  // MARK: What stops

  struct Stop: Sendable {
    let words: String
    let run: @Sendable () -> Void
    init(_ words: String, _ run: @escaping @Sendable () -> Void) { (self.words, self.run) = (words, run) }
  }

  /// An operator whose gradient is a kernel's.
  static func opaqueSquare(_ x: Tensor) -> Tensor {
    x.detached().squared().recorded(
      x.edge { dy in
        let slopes = x.array(of: Float.self).map { 2 * $0 }
        return dy * Tensor(slopes)
      })
  }

  static let stops: [Stop] = [
    Stop("opaqueSquare(_:): a gradient is asked for through its gradient") {
      _ = gradient(at: [1, 2]) { x in gradient(at: x) { opaqueSquare($0).sum() }.sum() }
    },
    Stop("determinant(): a gradient is asked for through its gradient") {
      _ = gradient(at: [[1, 2], [2, 4]]) { x in gradient(at: x) { $0.determinant().sum() }.sum() }
    },
    Stop("batchNorm(weight:bias:epsilon:relu:summing:): a gradient") {
      _ = gradient(at: [[1, 2], [2, 5]]) { x in
        gradient(at: x) {
          $0.batchNorm(weight: nil, bias: nil, epsilon: 1e-5, relu: false) { $0 }.output.squared().sum()
        }.sum()
      }
    },
    Stop("gridSample: a gradient is asked for through its gradient") {
      let grid = Tensor(repeating: .nan, shape: [1, 1, 1, 2])
      _ = gradient(at: Tensor(ones: [1, 2, 2, 1])) { x in
        gradient(at: x, grid) { $0.gridSample($1).squared().sum() }.1.sum()
      }
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
  func aGradientThatIsNotKnownStopsByName(_ index: Int) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      Self.stops[index].run()
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(message.contains(Self.stops[index].words), "\(message)")
  }

  @Test func whatIsNotAskedForDoesNotStop() {
    // Its value, and its gradient as a constant.
    let found = gradient(at: [1, 2]) { x in
      (gradient(at: x) { Self.opaqueSquare($0).sum() }.detached() * x).sum()
    }
    #expect(found.array() == [2, 4])
  }
}
