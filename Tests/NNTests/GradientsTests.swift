import NN
import Tensor
import TestSupport
import Testing

@Suite struct GradientsTests {
  let a = Parameter([1, 2]), b = Parameter([[3], [4]]), c = Parameter([5])

  func gradients(_ body: () -> Tensor) -> Gradients { valueWithGradient(body).gradients }

  @Test func gradientsOfPartsAddUpToTheWholes() {
    var sum = Gradients()
    sum += gradients { a.value.squared().sum() }
    sum += gradients { (a.value * 3).sum() + b.value.sum() }
    #expect(sum.count == 2)
    #expect(sum[a]?.array() == [5, 7])
    #expect(sum[b]?.array() == [1, 1])
    #expect(sum[c] == nil)
    #expect(sum.scaled(by: 2)[a]?.array() == [10, 14])
  }

  @Test func addingLeavesTheAddendsAlone() {
    let part = gradients { a.value.squared().sum() }
    var sum = part
    sum += part
    #expect(part[a]?.array() == [2, 4])
    #expect(sum[a]?.array() == [4, 8])
  }

  @Test func gradientsFromElsewhereGoBackIn() {
    var found = gradients { (a.value * 3).sum() + b.value.sum() }
    found[a] = [7, 8]
    #expect(found[a]?.array() == [7, 8] && found.count == 2)
    found[c] = [9]
    #expect(found[c]?.array() == [9] && found.count == 3)
    found[a] = nil
    #expect(found[a] == nil && found.count == 2)
    #expect(found[b]?.array() == [1, 1] && found[c]?.array() == [9])
    found[a] = nil
    #expect(found.map { $0 + 1 }[c]?.array() == [10] && found[c]?.array() == [9])

    let means: [Tensor] = [[1, 1], [[2], [2]]]
    let made = Gradients(zip([a, b], means))
    #expect(made.count == 2 && made[b]?.array() == [2, 2])
    SGD([a, b], learningRate: 1).step(made)
    #expect(a.value.array() == [0, 1] && b.value.array() == [1, 2])
  }

  @Test func clippingHoldsTheNormOverAllParameters() {
    // The gradient is (3, 4, 12): its norm is 13.
    func make() -> Gradients {
      gradients { (a.value * Tensor([3, 4] as [Float])).sum() + c.value.sum() * 12 }
    }
    var clipped = make()
    #expect(clipped.clip(toNorm: 1.3) == 13)
    #expect(abs(clipped.norm - 1.3) < 1e-6)
    #expect(distance(clipped[a]!, [0.3, 0.4]) < 1e-6)
    var small = make()
    #expect(small.clip(toNorm: 20) == 13)
    #expect(small[a]?.array() == [3, 4])
    var bounded = make()
    bounded.clip(toValue: 3.5)
    #expect(bounded[a]?.array() == [3, 3.5])
    #expect(bounded[c]?.array() == [3.5])
  }
}
