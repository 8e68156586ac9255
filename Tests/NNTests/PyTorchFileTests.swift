import Foundation
import NN
import Tensor
import TestSupport
import Testing

/// Files of `torch.save`: see Fixtures/pytorch_files.py.
@Suite struct PyTorchFileTests {
  @Test(arguments: ["archive.pth", "older.pth"])
  func tensorsOfBothFormatsAreRead(_ name: String) throws {
    let state = try PyTorchFile(contentsOf: Fixture.url(name)).stateDict()
    func expect(_ name: String, _ shape: Shape, _ dtype: DType, _ elements: [Double]) {
      let tensor = state[name]
      #expect(tensor?.shape == shape && tensor?.dtype == dtype, "\(name)")
      #expect(tensor?.array(of: Double.self) == elements, "\(name)")
    }
    expect("conv.weight", [4, 2, 3], .float32, (0..<24).map { Double($0) / 2 })
    expect(
      "conv.transposed", [6, 4], .float32,
      (0..<6).flatMap { row in (0..<4).map { Double(6 * $0 + row) / 2 } })
    expect("conv.part", [4], .float32, [5, 6.5, 8, 9.5])
    expect("stretched", [5], .float32, [1, 1, 1, 1, 1])
    expect("empty", [0, 3], .float32, [])
    expect("parameter", [2], .float32, [0, 0.5])
    expect("float64", [4], .float64, [0, 0.5, 1, 1.5])
    expect("float16", [4], .float32, [0, 0.5, 1, 1.5])
    expect("bfloat16", [4], .bfloat16, [0, 0.5, 1, 1.5])
    for integer in ["int64", "int32", "int16", "int8"] { expect(integer, [4], .int32, [0, 1, 2, 3]) }
    expect("uint8", [4], .uint8, [0, 1, 2, 3])
    expect("bool", [3], .bool, [1, 0, 1])
    expect("num_batches_tracked", [], .int32, [7])
    #expect(state.tensors.count == 16)
    #expect(state.wideIntegers == ["int64", "num_batches_tracked"])
  }

  @Test(arguments: ["archive.pth", "older.pth"])
  func whatStandsBesideTheStateIsListed(_ name: String) throws {
    let file = try PyTorchFile(contentsOf: Fixture.url(name))
    #expect(
      file.values == [
        "epoch": "12", "best": "0.75", "steps": "-3.0", "name": "small ä", "settings.rate": "0.1",
        "history.0": "0.5", "history.1.0": "1", "history.1.1": "true",
        "optimizer.param_groups.0.lr": "0.001", "optimizer.param_groups.0.params.0": "0",
      ])
    let entry = try #require(file.tensors.first { $0.path == "settings.mean" })
    #expect(entry.type == "float32" && entry.sizes == [3])
    #expect(try file.tensor(entry).array() == [0, 1, 2])
    #expect(file.tensors.contains { $0.keys == ["3"] })
    #expect(file.tensors.contains { $0.keys == ["optimizer", "state", "0", "exp_avg"] })
  }

  @Test func aWholeModuleLoadsIntoOneOfItsArchitecture() throws {
    struct Network: Module {
      let conv = Conv2d(1, 2, kernel: 1)
      let norm = BatchNorm(2)
    }
    let network = Network()
    try network.load(from: Fixture.url("module.pth"))
    #expect(network.conv.weight.value.array() == [0, 0.5])
    #expect(network.norm.runningVariance.value.array() == [0, 0.5])
    #expect(network.norm.batchCount.value.item == 0)
  }

  @Test(arguments: ["archive.pth", "older.pth", "module.pth"])
  func aFileCutAnywhereIsRefused(_ name: String) throws {
    let data = try Data(contentsOf: Fixture.url(name))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: name)
      for length in stride(from: 0, to: data.count - 1, by: 23) {
        try data.prefix(length).write(to: url)
        #expect(throws: CheckpointError.self, "\(length) bytes") {
          _ = try PyTorchFile(contentsOf: url).stateDict()
        }
      }
    }
  }

  static let faults: [(pickle: [UInt8], reason: String)] = [
    ([0x80, 2], "ends within an operation"), ([0x80, 2, UInt8(ascii: ".")], "without its operands"),
    ([0x80, 2, UInt8(ascii: "u"), UInt8(ascii: ".")], "without its mark"),
    ([0x80, 2, UInt8(ascii: "h"), 3, UInt8(ascii: ".")], "nothing was remembered as 3"),
    ([0x80, 2, UInt8(ascii: "X"), 255, 255, 255, 255, UInt8(ascii: ".")], "ends within an operation"),
    ([0x80, 2, UInt8(ascii: "N"), UInt8(ascii: "N"), UInt8(ascii: "R")], "no tuple"),
    ([0x80, 2, UInt8(ascii: "}"), UInt8(ascii: ".")], "no tensors by name"),
  ]

  /// An archive of nothing but a pickle.
  @Test(arguments: faults)
  func damagedPicklesAreNamed(_ fault: (pickle: [UInt8], reason: String)) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "damaged.pth")
      try Data(archive(of: fault.pickle)).write(to: url)
      do {
        _ = try PyTorchFile(contentsOf: url).stateDict()
        Issue.record("accepted")
      } catch {
        #expect("\(error)".contains(fault.reason) && "\(error)".contains("damaged.pth"), "\(error)")
      }
    }
  }

  @Test func nestsAndCyclesEndQuickly() throws {
    let deep =
      [UInt8](repeating: UInt8(ascii: "]"), count: 300_000)
      + [UInt8](repeating: UInt8(ascii: "a"), count: 299_999)
    let cycle = Array("]q\u{0}h\u{0}a".utf8)
    // Each list holds the one before it twice.
    let doubling = [UInt8(ascii: "N")] + (0..<60).flatMap { _ in Array("q\u{0}]q\u{1}(h\u{0}h\u{0}e".utf8) }
    try withTemporaryFolder { folder in
      for pickle in [deep, cycle, doubling] {
        let url = folder.appending(path: "nest.pth")
        try Data(archive(of: [0x80, 2] + pickle + [UInt8(ascii: ".")])).write(to: url)
        _ = try? PyTorchFile(contentsOf: url)
      }
    }
  }

  static let references: [(sizes: [Int], strides: [Int], outcome: String)] = [
    ([2, 1, 2], [3, .max, 1], "0.0, 1.0, 3.0, 4.0"), ([0, 1 << 31, 1 << 31], [1, 1 << 31, 1], ""),
    ([1 << 31], [0], "2147483648 elements over a storage of 6"), ([0, 1 << 40], [1, 1], "impossible"),
    ([7], [1], "element 6 of a storage of 6"),
    ([3], [.max], "impossible"), ([-1], [1], "impossible"), ([2, 2], [1], "impossible"),
  ]

  /// Of a storage of six numbers that claims to have 2⁵⁰.
  @Test(arguments: references)
  func sizesAndStridesAreHeldAgainstTheStorage(
    _ reference: (sizes: [Int], strides: [Int], outcome: String)
  ) throws {
    func integers(_ numbers: [Int]) -> [UInt8] {
      Array("(".utf8) + numbers.flatMap { [0x8a, 8] + bytes($0, 8) } + Array("t".utf8)
    }
    let storage =
      Array("(".utf8) + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu")
      + [0x8a, 8] + bytes(1 << 50, 8) + Array("tQ".utf8)
    let tensor =
      Array("ctorch._utils\n_rebuild_tensor_v2\n(".utf8) + storage + Array("K\0".utf8)
      + integers(reference.sizes) + integers(reference.strides) + Array("tR".utf8)
    let pickle = [0x80, 2] + Array("}".utf8) + text("w") + tensor + Array("s.".utf8)
    let elements = (0..<6).flatMap { bytes(Int(Float($0).bitPattern), 4) }
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "tensor.pth")
      try Data(archive(of: pickle, storage: elements)).write(to: url)
      let state = try PyTorchFile(contentsOf: url).stateDict()
      do {
        let tensor = try #require(try state.tensor("w"))
        #expect(tensor.shape == Shape(reference.sizes))
        #expect(tensor.array().map { "\($0)" }.joined(separator: ", ") == reference.outcome)
      } catch {
        #expect("\(error)".contains(reference.outcome), "\(error)")
      }
    }
  }

  /// A text that is named again and again, each time to be copied.
  @Test func aFewBytesAreNotMultiplied() throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    let copy = Array("c_codecs\nencode\n".utf8) + Array("(h\0tR0".utf8)
    let pickle = [0x80, 2] + Array("X".utf8) + bytes(1000, 4) + text + Array("q\0".utf8)
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "copies.pth")
      try Data(archive(of: pickle + (0..<1000).flatMap { _ in copy } + Array(".".utf8))).write(to: url)
      let error = try #require(throws: CheckpointError.self) { try PyTorchFile(contentsOf: url) }
      #expect(error.description.contains("multiplies"), "\(error)")
    }
  }

  /// As PyTorch saves types that are younger than its classes of storages.
  @Test func typesMayStandWithTheTensorsAndKeysBeOfAnyKind() throws {
    let storage =
      Array("(".utf8) + text("storage") + Array("ctorch.storage\nUntypedStorage\n".utf8) + text("0")
      + text("cpu")
      + Array("K\u{4}tQ".utf8)
    func tensor(_ type: String) -> [UInt8] {
      Array("ctorch._utils\n_rebuild_tensor_v3\n(".utf8) + storage
        + Array(
          "K\0K\u{2}\u{85}K\u{1}\u{85}\u{89}Nctorch\n\(type)\ntR".unicodeScalars.map { UInt8($0.value) })
    }
    let keys: [[UInt8]] = [
      text("w"), Array("K\u{1}N".utf8) + [0x86], [0x88], Array("G".utf8) + [0x3f, 0xe0, 0, 0, 0, 0, 0, 0],
    ]
    let types = ["uint16", "float8_e5m2", "uint16", "uint16"]
    let entries = zip(keys, types).flatMap { $0 + tensor($1) + Array("s".utf8) }
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "young.pth")
      let pickle = [0x80, 2] + Array("}".utf8) + entries + Array(".".utf8)
      try Data(archive(of: pickle, storage: [1, 0, 255, 255])).write(to: url)
      let file = try PyTorchFile(contentsOf: url)
      #expect(file.tensors.map(\.path) == ["w", "(1, None)", "true", "0.5"])
      #expect(file.tensors.map(\.type) == types)
      #expect(try file.tensor(file.tensors[0]).array(of: Int.self) == [1, 65535])
      #expect(throws: CheckpointError.self) { try file.tensor(file.tensors[1]) }
    }
  }

  private func text(_ text: String) -> [UInt8] {
    Array("X".utf8) + bytes(text.utf8.count, 4) + Array(text.utf8)
  }

  /// A number, little-endian.
  private func bytes(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// An archive of a pickle, the bytes of the storage "0", and, as TorchScript has it, something compressed.
  private func archive(of pickle: [UInt8], storage: [UInt8] = []) -> [UInt8] {
    var (contents, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, content, method) in [
      ("a/data.pkl", pickle, 0), ("a/data/0", storage, 0), ("a/code", [3, 0], 8),
    ] {
      let name = Array(name.utf8)
      let sizes = bytes(0, 4) + bytes(content.count, 4) + bytes(content.count, 4) + bytes(name.count, 2)
      directory +=
        [0x50, 0x4b, 1, 2] + bytes(0, 6) + bytes(method, 2) + bytes(0, 4) + sizes + bytes(0, 12)
        + bytes(contents.count, 4) + name
      contents += [0x50, 0x4b, 3, 4] + bytes(0, 10) + sizes + bytes(0, 2) + name + content
    }
    let end = [0x50, 0x4b, 5, 6] + bytes(0, 4) + bytes(3, 2) + bytes(3, 2) + bytes(directory.count, 4)
    return contents + directory + end + bytes(contents.count, 4) + bytes(0, 2)
  }
}
