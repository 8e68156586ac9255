import NN
import Tensor
import Testing

/// A block computed twice gives the gradients of one computed once, and costs less memory.
@Suite(.serialized) struct RecomputationTests {
  struct Block: Module {
    let linear = Linear(64, 64)
    let norm = BatchNorm(64)
    let dropout = Dropout(0.3)

    func callAsFunction(_ x: Tensor) -> Tensor { dropout(norm(linear(x)).gelu()) + x.tanh() }
  }

  private static func step(
    _ blocks: [Block], _ x: Tensor, _ run: (@escaping () -> Tensor) -> Tensor
  ) -> (loss: [Float], gradients: [[Float]], input: [Float]) {
    Tensor.randomState = 7
    final class Input: Sendable {}
    let owner = Input()
    let (loss, gradients) = valueWithGradient {
      var y = x.leaf(of: owner)
      for block in blocks { y = run { [y] in block(y) } }
      return y.squared().mean()
    }
    let found = blocks.flatMap(\.parameters).map { gradients[$0]!.array() }
    return (loss.array(), found, gradients[owner]!.array())
  }

  private static func blocks() -> [Block] {
    Tensor.randomState = 3
    return (0..<3).map { _ in Block() }
  }

  /// In a process of its own, where no other test draws from the shared random numbers.
  @Test func gradientsAndStatisticsAreThoseOfOneRun() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor(normal: [10, 64], seed: 1)
      let (plain, saving, nested) = (Self.blocks(), Self.blocks(), Self.blocks())
      let expected = Self.step(plain, x) { $0() }
      let found = Self.step(saving, x) { recomputed($0) }
      let inside = Self.step(nested, x) { block in recomputed { recomputed(block) } }
      // The random numbers that follow are those that follow one run.
      #expect(Tensor.randomState == 7 + 3)
      #expect(found == expected && inside == expected)
      for (plain, others) in zip(plain, zip(saving, nested)) {
        let mean = plain.norm.runningMean.value.array()
        #expect(others.0.norm.runningMean.value.array() == mean)
        #expect(others.1.norm.runningMean.value.array() == mean)
        #expect(others.0.norm.batchCount.value.item == 1 && others.1.norm.batchCount.value.item == 1)
      }
    }
  }

  @Test func severalResultsAndConstants() {
    let x = Tensor([1, 2, 3] as [Double]), constant = Tensor([4, 5, 6] as [Double])
    func gradients(_ run: @escaping (@escaping () -> [Tensor]) -> [Tensor]) -> [[Double]] {
      let (value, found) = valueWithGradient(at: [x, x * 2]) { inputs in
        let parts = run { [inputs[0] * inputs[1], constant * 2, inputs[0], inputs[1].exp()] }
        return (parts[0] * parts[1] + parts[2]).sum()
      }
      return [value.array(of: Double.self)] + found.map { $0.array(of: Double.self) }
    }
    let expected = gradients { $0() }
    #expect(gradients { recomputed($0) } == expected)
    #expect(recomputed { constant + 1 }.array(of: Double.self) == [5, 6, 7], "nothing is recorded here")
    #expect(gradient(at: x) { x in recomputed { constant * 1 }.sum() + x.sum() }.array() == [1, 1, 1])
  }

  @Test func peakMemoryFalls() async {
    await #expect(processExitsWith: .success) {
      let size = 1 << 20
      func peak(_ run: @escaping (@escaping () -> Tensor) -> Tensor) -> Int {
        let x = Tensor(ones: [size / 4])
        let before = Memory.now
        Memory.resetPeak()
        _ = gradient(at: x) { x in
          var y = x
          for _ in 0..<8 {
            y = run { [y] in
              var z = y
              for _ in 0..<8 { z = z.sin() }
              return z
            }
          }
          return y.sum()
        }
        #expect(Memory.now.liveBlocks == before.liveBlocks, "everything is given back")
        return (Memory.now.peakBytes - before.liveBytes) / size
      }
      let (plain, saving) = (peak { $0() }, peak { recomputed($0) })
      #expect(plain >= 64 && saving <= 24, "\(plain) and \(saving) tensors")
      // Given up halfway, it gives its memory back, too.
      let x = Tensor(ones: [4])
      let before = Memory.now.liveBlocks
      _ = pullback(at: [x]) { x in recomputed { x[0].exp() } }
      #expect(Memory.now.liveBlocks == before)
    }
  }
}
