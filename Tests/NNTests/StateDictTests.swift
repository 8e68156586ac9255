import Foundation
import NN
import Tensor
import TestSupport
import Testing

@Suite struct StateDictTests {
  /// A block of the fixtures' U-Net.
  struct Block: Module {
    let conv1: Conv2d, norm1: BatchNorm, conv2: Conv2d, norm2: BatchNorm

    init(_ inputs: Int, _ outputs: Int) {
      conv1 = Conv2d(inputs, outputs, kernel: 3, padding: 1, bias: false)
      norm1 = BatchNorm(outputs)
      conv2 = Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false)
      norm2 = BatchNorm(outputs)
    }
  }

  /// PyTorch's state of the second block, 4 to 8 channels.
  func reference() throws -> SafeTensors {
    try Fixture.load("unet")[prefix: "state.encoder.1"]
  }

  @Test func namesAndLayoutsArePyTorchs() throws {
    let block = Block(4, 8)
    let reference = try reference()
    try block.load(reference)
    let stored = try #require(reference.tensors["conv1.weight"])
    let own = block.conv1.weight.value
    #expect(own.shape == [3, 3, 4, 8] && stored.shape == [8, 4, 3, 3])
    #expect(own[2, 1, 3, 5].item == stored[5, 3, 2, 1].item)
    let saved = block.stateDict
    #expect(saved.tensors.keys.sorted() == reference.tensors.keys.sorted())
    #expect(saved.wideIntegers == reference.wideIntegers)
    for (name, tensor) in reference.tensors {
      #expect(saved.tensors[name].map(bytes) == bytes(tensor), "\(name)")
    }
  }

  @Test func aTransposedFilterIsStoredWithItsInputsFirst() throws {
    let layer = ConvTranspose2d(6, 4, kernel: 2, stride: 2)
    #expect(layer.stateDict.tensors["weight"]?.shape == [6, 4, 2, 2])
  }

  @Test func aFileRestoresAModule() throws {
    let saved = Block(3, 4)
    saved.norm1.batchCount.value = Tensor(17, dtype: .int32)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("block.safetensors")
      try saved.save(to: url, metadata: ["model": "block"])
      let loaded = Block(3, 4)
      #expect(try loaded.load(from: url).metadata == ["model": "block"])
      for (a, b) in zip(saved.namedParameters, loaded.namedParameters) {
        #expect(bytes(a.parameter.value) == bytes(b.parameter.value), "\(a.path)")
      }
      #expect(try SafeTensors(contentsOf: url).wideIntegers.contains("norm1.num_batches_tracked"))
    }
  }

  @Test func whatDoesNotFitIsListedAndNothingChanges() throws {
    var file = try reference()
    file["conv2.weight"] = nil
    file["extra"] = Tensor(zeros: [1])
    file["norm1.bias"] = Tensor(zeros: [9])
    let block = Block(4, 8)
    let before = block.stateDict
    let error = try #require(throws: CheckpointError.self) { try block.load(file, named: "f") }
    #expect(
      error
        == .mismatch(
          file: "f", missing: ["conv2.weight"], unexpected: ["extra"],
          misshapen: ["norm1.bias [9] instead of [8]"]))
    #expect(
      error.description
        == "f: does not fit: missing: conv2.weight; unexpected: extra; of another shape: norm1.bias [9] instead of [8]"
    )
    for (name, tensor) in before.tensors {
      #expect(block.stateDict.tensors[name].map(bytes) == bytes(tensor))
    }

    file["norm2.bias"] = Tensor(repeating: 3, shape: [8])
    let loaded = try block.load(file, strict: false)
    #expect(loaded.missing == ["conv2.weight"] && loaded.unexpected == ["extra"])
    #expect(loaded.misshapen == ["norm1.bias [9] instead of [8]"])
    #expect(block.norm2.bias.value.array() == [Float](repeating: 3, count: 8))
    #expect(distance(block.norm1.bias.value, before.tensors["norm1.bias"]!) == 0)
    #expect(distance(block.conv2.weight.value, before.tensors["conv2.weight"]!.permuted([2, 3, 1, 0])) == 0)
  }

  /// Of another network's file the first names are told.
  @Test func longListsAreCut() {
    let names = (1...60).map { "layer\($0).weight" }
    func text(_ count: Int) -> String {
      CheckpointError.mismatch(file: "f", missing: Array(names.prefix(count)), unexpected: [], misshapen: [])
        .description
    }
    #expect(text(60) == "f: does not fit: missing: layer1.weight, layer2.weight, layer3.weight and 57 more")
    #expect(text(4).hasSuffix("layer3.weight, layer4.weight"))
  }

  @Test func tiedWeightsNeedOneOfTheirNames() throws {
    struct Tied: Module {
      let encoder: Linear, decoder: Linear

      init() {
        encoder = Linear(3, 3)
        decoder = encoder
      }
    }
    let saved = Tied()
    for kept in ["encoder", "decoder"] {
      var file = saved.stateDict
      #expect(file.names.count == 4)
      for name in file.names where !name.hasPrefix(kept) { file[name] = nil }
      let other = Tied()
      #expect(try other.load(file).missing.isEmpty)
      #expect(distance(other.decoder.weight.value, saved.encoder.weight.value) == 0)
      file["\(kept).bias"] = nil
      #expect(throws: CheckpointError.self) { try other.load(file) }
    }
  }

  @Test func whereNoNameFitsLoadingFails() throws {
    var file = SafeTensors()
    file[prefix: "module"] = Linear(2, 3).stateDict
    let error = try #require(throws: CheckpointError.self) { try Linear(2, 3).load(file, strict: false) }
    #expect(error.description.contains("missing: weight, bias; unexpected: module.bias, module.weight"))
  }

  @Test func tensorsAreRenamedByPattern() throws {
    let layer = Linear(2, 3)
    var file = SafeTensors(wideIntegers: ["head.count"])
    file[prefix: "net.layer1"] = layer.stateDict
    file["head.count"] = Tensor([1] as [Int32])
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "named.safetensors")
      try file.write(to: url)
      let other = Linear(2, 3)
      try other.load(from: url) { name in
        name.hasPrefix("head.") ? nil : name.replacing(/^net\.layer(\d)\./) { $0.1 == "1" ? "" : "other." }
      }
      #expect(bytes(other.weight.value) == bytes(layer.weight.value))
      let kept = try file.renamed { $0.replacing("net", with: "module") }
      #expect(kept.names == ["head.count", "module.layer1.bias", "module.layer1.weight"])
      #expect(kept.wideIntegers == ["head.count"])
      let error = try #require(throws: CheckpointError.self) { try other.load(from: url) { _ in "weight" } }
      #expect(error.description.contains("'net.layer1.bias': renamed to 'weight', as 'head.count' is"))
      #expect(error.description.contains("named.safetensors"))
    }
  }

  @Test func severalStateDictsLieInOneFile() throws {
    let blocks = [Block(4, 8), Block(2, 3)]
    var file = SafeTensors(tensors: ["model": [1], "models.weight": [2]])
    file[prefix: "model"] = Block(5, 5).stateDict
    for (name, block) in zip(["model", "model.2"], blocks) { file[prefix: name] = block.stateDict }
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try file.write(to: url)
    let read = try SafeTensors(contentsOf: url)
    #expect(read["model"]?.array() == [1] && read["models.weight"]?.array() == [2] && read["nothing"] == nil)
    for (name, block) in zip(["model", "model.2"], blocks) {
      let other = name == "model" ? Block(4, 8) : Block(2, 3)
      // "model" holds "2.…" too.
      try other.load(read[prefix: name], strict: name != "model")
      #expect(other.stateDict.tensors.mapValues(bytes) == block.stateDict.tensors.mapValues(bytes))
      #expect(read[prefix: name].wideIntegers.isSuperset(of: block.stateDict.wideIntegers))
    }
    file[prefix: "model"] = SafeTensors()
    #expect(file.tensors.keys.sorted() == ["model", "models.weight"] && file.wideIntegers.isEmpty)
  }
}
