import Foundation
import Testing

@testable import Tensor

@Suite struct AutodiffTests {
  final class Weight: Sendable {
    let value: Tensor
    init(_ value: Tensor) { self.value = value }
  }

  @Test func nothingIsRecordedOutsideAScope() {
    let x: Tensor = [1, 2]
    #expect(!Tensor.isRecording && !x.exp().isRecorded && !x.leaf(of: Weight(x)).isRecorded)
    let y = gradient(at: x) { x in
      #expect(Tensor.isRecording && x.isRecorded && x.exp().isRecorded)
      #expect(!x.detached().isRecorded && !Tensor(ones: [2]).exp().isRecorded)
      return x.sum()
    }
    #expect(!Tensor.isRecording && !y.isRecorded)
  }

  @Test func aScopeEndsWhenItsBodyThrows() {
    struct Failure: Error {}
    #expect(throws: Failure.self) { _ = try valueWithGradient { throw Failure() } }
    #expect(!Tensor.isRecording)
  }

  @Test func leavesGetTheirGradients() throws {
    let (a, b, unused) = (Weight([2, 3]), Weight([5, 7]), Weight([1, 1]))
    let (value, gradients) = valueWithGradient {
      _ = unused.value.leaf(of: unused).exp()
      let first = a.value.leaf(of: a), again = a.value.leaf(of: a)
      return (first * again * b.value.leaf(of: b)).sum()
    }
    #expect(value.item == 4 * 5 + 9 * 7 && !value.isRecorded)
    #expect(try #require(gradients[a]).array() == [20, 42])
    #expect(try #require(gradients[b]).array() == [4, 9])
    #expect(gradients[unused] == nil && gradients.count == 2)
  }

  @Test func aValueBesideTheScalarComesOut() {
    let w = Weight([1, 2])
    let (value, extra, gradients) = valueWithGradient {
      let y = w.value.leaf(of: w) * 3
      return (y.sum(), y)
    }
    #expect(value.item == 9 && extra.array() == [3, 6] && gradients.count == 1)
  }

  @Test func unusedInputsGetZeros() {
    let (x, y) = gradient(at: [1, 2], [[3]]) { x, _ in x.squared().sum() }
    #expect(x.array() == [2, 4])
    #expect(y.shape == [1, 1] && y.item == 0)
    #expect(gradient(at: [1, 2]) { _ in Tensor(4) }.array() == [0, 0], "a constant")
    #expect(gradient(at: Tensor(3)) { $0 }.item == 1, "the input itself")
    #expect(gradient(at: [1, 2]) { $0.detached().squared().sum() }.array() == [0, 0])
    #expect(gradient(at: [1, 2]) { ($0.detached() * $0).sum() }.array() == [1, 2])
  }

  @Test func gradientsStopAtOtherElementTypes() {
    #expect(gradient(at: [1.4, 2]) { ($0.to(.int32).to(.float32) * $0).sum() }.array() == [1, 2])
    let wide = gradient(at: [1, 2]) { $0.to(.float64).squared().sum() }
    #expect(wide.dtype == .float32 && wide.array() == [2, 4])
  }

  @Test func pullbacksTakeAnyCotangent() async {
    let (value, back) = pullback(at: [[1, 2], [3, 4]] as [Tensor]) { $0[0] * $0[1] }
    #expect(value.array() == [3, 8])
    #expect(back([10, 100]).map { $0.array() } == [[30, 400], [10, 200]])
    await #expect(processExitsWith: .failure) {
      let (_, back) = pullback(at: [[1, 2]] as [Tensor]) { $0[0].exp() }
      _ = back([1, 1])
      _ = back([1, 1])  // the activations are gone: zeros would be a silent error
    }
    await #expect(processExitsWith: .failure) { _ = gradient(at: [1, 2]) { $0.exp() } }
  }

  /// Every kind of record: edges, joint edges, a block computed again, a leaf that is the value itself.
  @Test func aReusablePullbackGivesTheSameEachTime() {
    let x = Tensor(normal: [2, 4, 4, 3], seed: 1), filter = Tensor(normal: [3, 3, 3, 2], seed: 2)
    func function(_ x: [Tensor]) -> Tensor {
      let y = x[0].conv2d(x[1], bias: nil).gelu()
      return recomputed { y.batchNorm().output.dropout(0.5) * y.sum(axis: [1, 2], keepingAxes: true) } + y
    }
    let seeds = (0..<3).map { Tensor(normal: [2, 2, 2, 2], seed: UInt64(10 + $0)) }
    // On one thread: the pool's number of threads, which decides the last bits, is that of the tests beside this one.
    Threads.serially {
      let expected = seeds.map { seed in
        withRandomSeed(4) { pullback(at: [x, filter], function).pullback(seed) }.map { $0.array() }
      }
      let (value, back) = withRandomSeed(4) { pullback(at: [x, filter], reusable: true, function) }
      for _ in 0..<2 {
        for (seed, expected) in zip(seeds, expected) { #expect(back(seed).map { $0.array() } == expected) }
      }
      #expect(value.shape == [2, 2, 2, 2])
    }
    #expect(pullback(at: [x], reusable: true) { $0[0] }.pullback(x)[0].array() == x.array())
  }

  /// Conjugate gradients on the normal equations, the products by way of one recorded pass.
  @Test func conjugateGradientsReuseOnePullback() {
    let a = Tensor(normal: [6, 6], dtype: .float64, seed: 3),
      b = Tensor(normal: [6], dtype: .float64, seed: 4)
    // With y = Aᵀx recorded at x, the pullback of a seed p is A·p; and as wide again for Aᵀ.
    let ap = pullback(at: [Tensor(zeros: [6], dtype: .float64)], reusable: true) {
      a.transposed().matmul($0[0])
    }
    .pullback
    let atp = pullback(at: [Tensor(zeros: [6], dtype: .float64)], reusable: true) { a.matmul($0[0]) }.pullback
    var x = Tensor(zeros: [6], dtype: .float64)
    var residual = atp(b)[0]
    var direction = residual
    for _ in 0..<30 where residual.squared().sum().item > 1e-20 {
      let product = atp(ap(direction)[0])[0]
      let step = residual.squared().sum() / (direction * product).sum()
      x = x + direction * step
      let next = residual - product * step
      direction = next + direction * (next.squared().sum() / residual.squared().sum())
      residual = next
    }
    #expect((a.matmul(x) - b).abs().max().item < 1e-6)
  }

  /// x², whose gradient is told to be 7·dy, so that no other can be mistaken for it.
  private func customSquare(_ x: Tensor) -> Tensor {
    x.detached().squared().recorded(x.edge { dy in dy * 7 })
  }

  @Test func operatorsWithTheirOwnGradient() {
    #expect(gradient(at: [1, 2]) { (customSquare($0) * [1, 10]).sum() }.array() == [7, 70])
    #expect(customSquare([3]).array() == [9])
    let x: Tensor = [1, 2, 3], y: Tensor = [4, 5, 6]
    let found = gradient(at: [x, y]) { inputs in
      let outputs = Tensor.recorded([x + y, x - y], jointly: [inputs[0], inputs[1], Tensor(1)]) {
        dy, wanted in
        #expect(wanted == [true, true, false])
        #expect(dy[1] == nil, "nobody used the second output")
        return [dy[0]! * 2, dy[0]! * 3, nil]
      }
      return (outputs[0] * [1, 2, 3]).sum()
    }
    #expect(found.map { $0.array() } == [[2, 4, 6], [3, 6, 9]])
  }

  @Test func wrongShapesOfCustomGradientsAreCaught() async {
    await #expect(processExitsWith: .failure) {
      _ = gradient(at: [1, 2]) { x in x.detached().sum().recorded(x.edge { dy in dy }) }
    }
  }

  @Test func aTensorThatOutlivesItsScopeIsAConstant() {
    var escaped: Tensor?
    _ = gradient(at: [1, 2]) { x in
      escaped = x * 2
      return x.sum()
    }
    let found = gradient(at: [3, 4]) { ($0 * escaped!).sum() }
    #expect(found.array() == [2, 4])
  }

  @Test func inPlaceChangesDoNotReachRecordedValues() {
    let found = gradient(at: [3, 4]) { x in
      var y = x * 1
      let square = y.squared()
      y[0] = Tensor(100)
      return (square + y).sum()
    }
    #expect(found.array() == [6, 9])
  }

  @Test func threadsRecordSideBySide() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 1...4 {
        group.addTask {
          (1...200).allSatisfy { step in
            let factor = Double(task * step)
            let found = gradient(at: [1, 2]) { x in
              let (_, inner) = valueWithGradient(at: [x]) { ($0[0] * 5).sum() }
              return (x * x * factor + inner[0].detached() * 0).sum()
            }
            return found.array() == [Float(2 * factor), Float(4 * factor)]
          }
        }
      }
      for await correct in group { #expect(correct) }
    }
  }
}

@Suite struct CompleteGradientTests {
  private final class Leaf: Sendable {
    let value: Tensor
    init(_ value: Tensor) { self.value = value }
    var read: Tensor { value.leaf(of: self) }
  }

  @Test func eachGradientIsToldOnceItIsComplete() {
    let leaves = (1...4).map { Leaf(Tensor([Double($0), 2])) }
    var told: [(owner: AnyObject, gradient: Tensor)] = []
    let (_, _, gradients) = valueWithGradient(whenComplete: { told.append(($0, $1)) }) {
      let first = leaves[0].read * leaves[1].read
      let second = recomputed { first * leaves[2].read }
      // The first is read again: it is complete last.
      return ((second * leaves[0].read).sum() + 0 * leaves[3].read.detached().sum(), ())
    }
    #expect(told.count == 3)
    #expect(told.last!.owner === leaves[1] || told.last!.owner === leaves[0])
    #expect(told.first!.owner === leaves[2])
    for leaf in leaves.prefix(3) {
      let gradient = told.first { $0.owner === leaf }!.gradient
      #expect(gradient.array(of: Double.self) == gradients[leaf]!.array(of: Double.self))
    }
  }
}
