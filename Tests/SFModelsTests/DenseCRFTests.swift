import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

/// The dense CRF beside pydensecrf2's (`Tests/Fixtures/dense_crf.py`), and its lattice beside plain sums.
@Suite struct DenseCRFTests {
  private struct Case: Decodable {
    struct Kernel: Decodable {
      let weight: Double, position: Double, time: Double, color: Double?
    }
    let name: String, kernels: [Kernel]
  }

  @Test(arguments: [5, 10]) func marginalsAreThoseOfPydensecrf(_ iterations: Int) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = try SafeTensors(contentsOf: folder.appending(path: "Fixtures/dense_crf.safetensors"))
    let cases = try JSONDecoder().decode([Case].self, from: Data(#require(file.metadata["cases"]).utf8))
    #expect(cases.count == 3)
    for expected in cases {
      let part = file[prefix: expected.name].tensors
      let (energies, images) = (try #require(part["energies"]), try #require(part["images"]))
      let truth = try #require(part["after\(iterations)"])
      let kernels = expected.kernels.map {
        DenseCRF.Kernel(weight: $0.weight, position: $0.position, time: $0.time, color: $0.color)
      }
      let found = DenseCRF(kernels: kernels, iterations: iterations).marginals(
        energies: energies, images: images)
      print("\(expected.name), \(iterations) iterations: \(distance(found, truth)) from pydensecrf2's")
      #expect(distance(found, truth) < 1e-4, "\(expected.name)")
      #expect(((found.argmax() .!= truth.argmax()).to(.float32)).sum().item == 0, "\(expected.name)")
      // The field did something.
      #expect(((found.argmax() .!= energies.argmin()).to(.float32)).mean().item > 0.1, "\(expected.name)")
    }
  }

  @Test(arguments: [1, 2, 3, 5, 6]) func theLatticeIsAGaussianFilter(_ dimensions: Int) {
    let count = 600
    let positions = Tensor(uniform: [count, dimensions], in: 0..<(dimensions < 5 ? 4 : 3), seed: 1)
    let x = Tensor.concatenate([(1.5 * positions).sin(), Tensor(uniform: [count, 1], seed: 2)], axis: 1)
    let lattice = PermutohedralLattice(positions: positions)
    let sums = lattice.filter(Tensor(ones: [count, 1]))
    let filtered = lattice.filter(x) / sums

    let difference = positions.expandingAxis(0) - positions.expandingAxis(1)
    let kernel = (-0.5 * difference.squared().sum(axis: -1)).exp()
    let exactSums = kernel.sum(axis: 1, keepingAxes: true)
    let expected = kernel.matmul(x) / exactSums
    let error = (filtered - expected).squared().mean().sqrt().item
    let spread = x.variance(axis: 0).mean().item.squareRoot()
    let factors = sums / exactSums
    let deviation = factors.variance().item.squareRoot() / factors.mean().item
    print("\(dimensions) dimensions: error \(error / spread) of the deviation, factors within \(deviation)")
    #expect(error < 0.1 * spread && deviation < 0.15)
  }

  @Test func anImageIsFilteredAloneAndAVideoTogether() {
    let images = Tensor(uniform: [2, 9, 8, 3], seed: 3), mask = Tensor(uniform: [2, 9, 8], seed: 4)
    let crf = DenseCRF(iterations: 2)
    let together = crf(mask: mask, images: images)
    #expect(together.shape == mask.shape)
    let alone = crf(mask: mask[0..<1], images: images[0..<1])
    #expect(distance(together[0..<1], alone) == 0)
    let video = crf(mask: mask.expandingAxis(0), images: images.expandingAxis(0))
    #expect(video.shape == [1, 2, 9, 8] && distance(video[0], together) > 1e-3)
    #expect(video.isFinite().to(.float32).min().item == 1)
  }

  @Test func threadsDoNotMatter() {
    let images = Tensor(uniform: [1, 60, 70, 3], seed: 5), mask = Tensor(uniform: [1, 60, 70], seed: 6)
    let threads = Threads.count
    defer { Threads.count = threads }
    let results = [1, 2, 3].map { count in
      Threads.count = count
      return bytes(DenseCRF(iterations: 2)(mask: mask, images: images))
    }
    let areEqual = results[0] == results[1] && results[0] == results[2]
    #expect(areEqual)
  }
}
