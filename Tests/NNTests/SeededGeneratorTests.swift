import Tensor
import Testing

@Suite struct SeededGeneratorTests {
  @Test func theSameSeedGivesTheSameNumbersAndAnotherSeedOthers() {
    var a = SeededGenerator(seed: 5)
    var b = SeededGenerator(seed: 5)
    var c = SeededGenerator(seed: 6)
    let numbers = (0..<4).map { _ in a.next() }
    #expect(numbers == (0..<4).map { _ in b.next() })
    #expect(numbers != (0..<4).map { _ in c.next() })
  }

  @Test func forksAreIndependentAndDrawNothing() {
    let parent = SeededGenerator(seed: 1)
    let keys = -2..<200
    #expect(Set(keys.map { parent.fork($0) }).count == keys.count)
    #expect(parent.fork(1).fork(2) != parent.fork(2).fork(1))
    #expect(parent == SeededGenerator(seed: 1))
  }

  @Test func drawsHaveTheirDistributions() {
    var generator = SeededGenerator(seed: 9)
    let count = 20_000
    let uniform = (0..<count).map { _ in generator.uniform(-1..<3) }
    #expect(uniform.allSatisfy { (-1..<3).contains($0) })
    #expect(abs(uniform.reduce(0, +) / Double(count) - 1) < 0.05)
    let normal = (0..<count).map { _ in generator.normal(mean: 2, standardDeviation: 0.5) }
    let mean = normal.reduce(0, +) / Double(count)
    let variance = normal.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count)
    #expect(abs(mean - 2) < 0.02)
    #expect(abs(variance - 0.25) < 0.02)
    let trues = (0..<count).count { _ in generator.bool(probability: 0.2) }
    #expect(abs(Double(trues) / Double(count) - 0.2) < 0.02)
    #expect((0..<200).allSatisfy { _ in (3..<6).contains(generator.integer(3..<6)) })
  }
}
