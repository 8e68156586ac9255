import Foundation
import NN
import Tensor
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  @Test func everyTypeSurvivesARoundTrip() throws {
    let file = SafeTensors(
      tensors: [
        "scalar": Tensor(2.5, dtype: .float64), "empty": Tensor(zeros: [0, 3]),
        "half/ä \"quoted\"": Tensor([0.1, -2, .infinity] as [Float]), "i": Tensor([Int32.min, 7, .max]),
        "wide": Tensor([-1, 3] as [Int32], shape: [2, 1]), "u": Tensor([0, 255] as [UInt8]),
        "b": Tensor([true, false, true]),
      ], metadata: ["epoch": "3", "note": "line\nbreak"], wideIntegers: ["wide"])
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("all.safetensors")
      try file.write(to: url)
      let read = try SafeTensors(contentsOf: url)
      #expect(read.metadata == file.metadata)
      #expect(read.wideIntegers == ["wide"])
      #expect(read.tensors.keys.sorted() == file.tensors.keys.sorted())
      for (name, tensor) in file.tensors {
        #expect(read.tensors[name]?.shape == tensor.shape && read.tensors[name]?.dtype == tensor.dtype)
        #expect(read.tensors[name].map(bytes) == bytes(tensor), "\(name)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["all.safetensors"])
      let data = try Data(contentsOf: url)
      #expect(data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } % 8 == 0)
      try read.write(to: url)
      #expect(try Data(contentsOf: url) == data, "the same content gives the same bytes")
    }
  }

  @Test func halvesAndWideIntegersAreConverted() throws {
    let file = try read(
      #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"#
        + #""i":{"dtype":"I64","shape":[1],"data_offsets":[6,14]}}"#,
      [0x00, 0x3c, 0x00, 0xc4, 0x80, 0x3f] + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
    #expect(file.tensors["h"]?.array() == [1, -4])
    #expect(file.tensors["b"]?.array() == [1])
    #expect(file.tensors["i"]?.array(of: Int32.self) == [-1])
  }

  @Test func whatTensorsDontHoldFailsWhereItIsAskedFor() throws {
    let file = try read(
      #"{"f8":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]},"u16":{"dtype":"U16","shape":[1],"data_offsets":[1,3]},"#
        + #""i16":{"dtype":"I16","shape":[1],"data_offsets":[3,5]},"i64":{"dtype":"I64","shape":[1],"data_offsets":[5,13]},"#
        + #""axes":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[13,14],"more":[{"x":1e3},null,true]},"#
        + #""b":{"dtype":"BOOL","shape":[2],"data_offsets":[14,16]},"__metadata__":null}"#,
      [1, 0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 0x55, count: 9) + [0, 2])
    #expect(file.names == ["axes", "b", "f8", "i16", "i64", "u16"] && file.metadata.isEmpty)
    #expect(file.tensors.keys.sorted() == ["b", "i16", "u16"])
    #expect(file["u16"]?.array(of: Int32.self) == [65_535] && file["i16"]?.array(of: Int32.self) == [-1])
    #expect(file["b"]?.array(of: Bool.self) == [false, true])
    #expect(try file["f8"] == nil && file.tensor("absent") == nil)
    for (name, message) in [
      ("f8", "element type F8_E4M3, which is not supported"), ("i64", "does not fit in 32 bits"),
      ("axes", "9 axes"),
    ] {
      let error = try #require(throws: CheckpointError.self) { try file.tensor(name) }
      #expect(error.description.contains("tensor '\(name)'") && error.description.contains(message))
    }
  }

  @Test func namesAreTheirBytes() throws {
    let composed = "caf\u{e9}", decomposed = "cafe\u{301}"
    var file = SafeTensors()
    (file[composed], file[decomposed]) = ([1], [2, 3])
    #expect(file.names == [decomposed, composed].map { $0 } && file.names.count == 2)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("names.safetensors")
      try file.write(to: url)
      let read = try SafeTensors(contentsOf: url)
      #expect(read[composed]?.array() == [1] && read[decomposed]?.array() == [2, 3])
      file = SafeTensors()
      file[prefix: "a"] = read
      #expect(file["a.\(decomposed)"]?.shape == [2] && file[prefix: "a"].names.count == 2)
    }
    let escaped = try self.read(
      #"{"\ud83d\ude00\n\/":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}  "#, [1])
    #expect(escaped.names == ["😀\n/"])
  }

  static let faults: [(header: String, data: Int, message: String)] = [
    (#"{"#, 0, "not JSON"),
    (#"[1]"#, 0, "no object"),
    (#"{} x"#, 0, "not JSON"),
    (#"{"a\ud800":3}"#, 0, "not JSON"),
    (#"{"a":03}"#, 0, "not JSON"),
    (String(repeating: #"{"a":["#, count: 20_000), 0, "not JSON"),
    (#"{"a":3}"#, 0, "entry 'a' lacks"),
    (#"{"a\n\u001b\u2028b":3}"#, 0, #"entry 'a\n\u{1B}\u{2028}b' lacks"#),
    (#"{""# + String(repeating: "a", count: 5000) + #"":3}"#, 0, "aaa … aaa"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "entry 'a' lacks"),
    (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "whole numbers"),
    (#"{"__metadata__":{"a":1}}"#, 0, "'__metadata__' is not one of texts"),
    (#"{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,1]}}"#, 1, "F7"),
    (#"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#, 1, "impossible shape"),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      2, "the name 'a' stands twice"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
      1, "the name 'a' stands twice"
    ),
    (#"{"__metadata__":null,"__metadata__":{}}"#, 0, "'__metadata__' stands twice"),
    (#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "'dtype' stands twice"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "truncated"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "takes 8 bytes, not 4"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "offsets [4, 0]"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, "offsets [-4, 0]"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}"#, 4, "offsets [4]"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "impossible shape [-1]"),
    (
      #"{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}"#, 4,
      "impossible shape"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}"#,
      5, "'b' overlaps"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, 5, "gap before tensor 'a'"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "1 bytes at the end"),
  ]

  @Test(arguments: faults.indices)
  func aFaultIsOneLineThatNamesTheFile(_ index: Int) throws {
    let (header, count, message) = Self.faults[index]
    let error = try #require(throws: CheckpointError.self) {
      _ = try read(header, [UInt8](repeating: 0x55, count: count))
    }
    #expect(error.description.contains("x.safetensors: "))
    #expect(error.description.contains(message), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func shortAndAbsentFilesAndFoldersAreErrors() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      #expect(throws: CheckpointError.self) { try SafeTensors(contentsOf: url) }
      #expect(throws: CheckpointError.self) { try SafeTensors(contentsOf: folder) }
      for beginning: [UInt8] in [[], [1, 2, 3], [9, 0, 0, 0, 0, 0, 0, 0, 0x7b], [0, 0, 0, 0, 0, 1, 0, 0]] {
        try Data(beginning).write(to: url)
        #expect(throws: CheckpointError.self) { try SafeTensors(contentsOf: url) }
      }
      #expect(throws: CheckpointError.self) {
        try SafeTensors().write(to: folder.appendingPathComponent("no/such/folder"))
      }
    }
  }

  @Test func noMutationCrashes() throws {
    let original = try Data(contentsOf: Fixture.url("optimizers.safetensors"))
    var generator = SeededGenerator(seed: 3)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      for _ in 0..<150 {
        var mutated = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          // Mostly in the header, where the structure is.
          let end = Bool.random(using: &generator) ? 16 : mutated.count
          mutated[Int.random(in: 0..<min(end, mutated.count), using: &generator)] = .random(
            in: 0...255, using: &generator)
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
          mutated.removeLast(Int.random(in: 0..<mutated.count, using: &generator))
        }
        try mutated.write(to: url)
        do {
          for (_, tensor) in try SafeTensors(contentsOf: url).tensors { _ = tensor.sum() }
        } catch {
          #expect(error is CheckpointError, "\(error)")
        }
      }
    }
  }

  private func read(_ header: String, _ data: [UInt8]) throws -> SafeTensors {
    var result = SafeTensors()
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
      try (length + Data(header.utf8) + Data(data)).write(to: url)
      result = try SafeTensors(contentsOf: url)
    }
    return result
  }
}
