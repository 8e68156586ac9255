import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

/// The same U-Net, weights and batch as in PyTorch. In float32 it runs through oneDNN where that is installed; in
/// float64 always through the kernels that carry everything where it is not.
@Suite struct UNetPyTorchTests {
  @Test(arguments: UNetFixture.all, [DType.float32, .float64])
  func trainsAsInPyTorch(_ fixture: UNetFixture, _ dtype: DType) throws {
    let file = try fixture.load()
    func stored(_ name: String) throws -> Tensor { try #require(file.tensors[name]) }
    let network = try fixture.network(file, dtype)
    let input = try stored("input").channelsLast.to(dtype)
    let truth = try stored("target").channelsLast.to(dtype)
    let (loss, output, gradients) = valueWithGradient {
      let logits = network(input)
      return (binaryCrossEntropy(logits: logits, truth: truth), logits)
    }

    // Where both sides compute in float64 they agree far better than float32 could.
    let isExact = try dtype == .float64 && stored("input").dtype == .float64
    let (forValues, forGradients) = isExact ? (1e-12, 1e-10) : (1e-4, 1e-3)
    let expected = try stored("output").channelsLast
    #expect(distance(output.detached(), expected) <= forValues * largest(expected))
    #expect(try abs(loss.item - stored("loss").item) <= forValues)

    let expectedGradients = file[prefix: "gradient"].tensors
    let overall = expectedGradients.values.map(largest).max() ?? 0
    let weights = network.namedParameters.filter { $0.parameter.role == .weight }
    #expect(Set(weights.map(\.path)) == Set(expectedGradients.keys))
    for (path, parameter) in weights {
      let expected = try #require(expectedGradients[path])
      let found = try #require(gradients[parameter])
      let stored = parameter.layout == .plain ? found : found.permuted(3, 2, 0, 1)
      // A bias in front of a norm has no effect: its gradient is rounding, small beside the others.
      let isBeforeNorm = path.hasSuffix("conv1.bias") || path.hasSuffix("conv2.bias")
      let scale = isBeforeNorm ? overall : largest(expected)
      #expect(distance(stored, expected) <= forGradients * scale, "the gradient of \(path)")
    }

    let statistics = network.namedParameters.filter { $0.parameter.role == .buffer }
    let updated = file[prefix: "updated"].tensors
    #expect(Set(statistics.map(\.path)) == Set(updated.keys))
    for (path, parameter) in statistics {
      let expected = try #require(updated[path])
      #expect(distance(parameter.value, expected) <= forValues * max(1, largest(expected)), "\(path)")
    }
  }

  @Test(arguments: UNetFixture.all, [DType.float32, .float64])
  func evaluatesAsInPyTorch(_ fixture: UNetFixture, _ dtype: DType) throws {
    let file = try fixture.load()
    let network = try fixture.network(file, dtype)
    let before = network.stateDict.tensors
    let input = try #require(file.tensors["input"]).channelsLast.to(dtype)
    let expected = try #require(file.tensors["evaluation_output"]).channelsLast
    #expect(distance(network(input), expected) <= 1e-4 * largest(expected))
    #expect(
      network.stateDict.tensors.allSatisfy { bytes($1) == before[$0].map(bytes) },
      "evaluation changes nothing")
  }

  @Test(arguments: UNetFixture.all) func stateDictIsPyTorchs(_ fixture: UNetFixture) throws {
    let file = try fixture.load()
    let network = try fixture.network(file, #require(file.tensors["input"]).dtype)
    let state = file[prefix: "state"]
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try network.save(to: url)
    let saved = try SafeTensors(contentsOf: url)
    #expect(saved.tensors.keys.sorted() == state.tensors.keys.sorted())
    #expect(saved.wideIntegers == state.wideIntegers)
    for (name, tensor) in state.tensors {
      #expect(saved.tensors[name]?.shape == tensor.shape, "\(name)")
      #expect(saved.tensors[name].map(bytes) == bytes(tensor), "\(name)")
    }
  }
}
