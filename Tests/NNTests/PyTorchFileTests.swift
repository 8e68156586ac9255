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

  private func archive(of pickle: [UInt8]) -> [UInt8] {
    func bytes(_ number: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(number >> (8 * $0) & 255) } }
    let name = Array("a/data.pkl".utf8)
    let sizes = bytes(0, 4) + bytes(pickle.count, 4) + bytes(pickle.count, 4)
    let header = [0x50, 0x4b, 3, 4] + bytes(0, 10) + sizes + bytes(name.count, 2) + bytes(0, 2) + name
    let entry =
      [0x50, 0x4b, 1, 2] + bytes(0, 12) + sizes + bytes(name.count, 2) + bytes(0, 12) + bytes(0, 4) + name
    let end = [0x50, 0x4b, 5, 6] + bytes(0, 4) + bytes(1, 2) + bytes(1, 2) + bytes(entry.count, 4)
    return header + pickle + entry + end + bytes(header.count + pickle.count, 4) + bytes(0, 2)
  }
}
