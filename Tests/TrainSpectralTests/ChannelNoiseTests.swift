import Tensor
import Testing

@testable import TrainSpectral

@Suite struct ChannelNoiseTests {
  private let masks = Tensor(uniform: [6, 60, 100], seed: 5)

  @Test(arguments: ChannelNoise.allCases) func valuesStayInRangeAndASeedDeterminesThem(_ noise: ChannelNoise)
  {
    for make in [noise.disturbing, noise.replacing] {
      let values = make(masks, 3).array(of: Float.self)
      #expect(values.allSatisfy { (0...1).contains($0) })
      #expect(values == make(masks, 3).array(of: Float.self))
      #expect(values != make(masks, 4).array(of: Float.self))
    }
    let others = Tensor(zeros: masks.shape)
    #expect(
      noise.replacing(masks, seed: 3).array(of: Float.self)
        == noise.replacing(others, seed: 3).array(of: Float.self), "nothing is left of the masks")
  }

  @Test func uniformNoiseAddsUpToATenth() {
    let added = 1.1 * ChannelNoise.uniform.disturbing(masks, seed: 1) - masks
    #expect(added.min().item > -1e-6 && added.max().item < 0.1 + 1e-6)
    #expect(abs(added.mean().item - 0.05) < 0.001)
    #expect(abs(ChannelNoise.uniform.replacing(masks, seed: 1).mean().item - 0.5) < 0.01)
  }

  @Test func saltAndPepperHitsAFifth() {
    let noisy = ChannelNoise.saltAndPepper.disturbing(masks, seed: 1)
    let hit = (noisy .!= masks).to(.float32)
    #expect(abs(hit.mean().item - 0.2) < 0.01)
    #expect(((noisy .== 0) .| (noisy .== 1) .| (noisy .== masks)).isAllTrue)
    #expect(abs(ChannelNoise.saltAndPepper.replacing(masks, seed: 1).mean().item - 0.1) < 0.01)
  }

  @Test func oneRectangleAFrameHasItsShareOfTheArea() {
    let noisy = ChannelNoise.rectangles.disturbing(masks, seed: 1)
    for t in 0..<6 {
      let hit = (noisy[t] .!= masks[t]).to(.float32)
      #expect((0.018..<0.055).contains(hit.mean().item))
      // A rectangle is as many rows as columns say.
      let (rows, columns) = (hit.max(axis: 1).sum().item, hit.max(axis: 0).sum().item)
      #expect(abs(hit.sum().item - rows * columns) <= 1)
      let value = (noisy[t] * hit).sum().item / hit.sum().item
      #expect(value == 0 || value == 1)
    }
  }
}
