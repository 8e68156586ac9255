import Foundation
import NN
import Tensor
import TestSupport
import Testing

@Suite struct TensorFileTests {
  /// A safetensors model in two files and an index.
  private func shards(_ folder: URL, _ model: Linear) throws -> URL {
    let state = model.stateDict
    for (number, name) in ["weight", "bias"].enumerated() {
      var part = SafeTensors()
      part[name] = state[name]
      try part.write(to: folder.appending(path: "m-\(number + 1)-of-2.safetensors"))
    }
    let url = folder.appending(path: "m.safetensors.index.json")
    let map = #""weight": "m-1-of-2.safetensors", "bias": "m-2-of-2.safetensors""#
    try Data(#"{"metadata": {"total_size": 32, "by": "x"}, "weight_map": {\#(map)}}"#.utf8).write(to: url)
    return url
  }

  @Test func anIndexOrItsFolderLoads() throws {
    try withTemporaryFolder { folder in
      let saved = Linear(3, 2)
      let url = try shards(folder, saved)
      for place in [url, folder] {
        let loaded = Linear(3, 2)
        #expect(try loaded.load(from: place).metadata == ["total_size": "32", "by": "x"])
        #expect(bytes(loaded.weight.value) == bytes(saved.weight.value))
        #expect(bytes(loaded.bias!.value) == bytes(saved.bias!.value))
      }
      let file = try TensorFile(contentsOf: folder)
      #expect(file.entries.map(\.name) == ["weight", "bias"], "in the order of the index")
      #expect(file.entries.map(\.byteCount) == [24, 8])
      try FileManager.default.removeItem(at: url)
      #expect(message { try TensorFile(contentsOf: folder) }.contains("the folder has 2 *.safetensors"))
    }
  }

  @Test func whatAnIndexLacksIsSaid() throws {
    try withTemporaryFolder { folder in
      let url = try shards(folder, Linear(3, 2))
      let second = folder.appending(path: "m-2-of-2.safetensors")
      let text = try String(contentsOf: url, encoding: .utf8)
      func refusal(_ index: String) throws -> String {
        try Data(index.utf8).write(to: url)
        return message { try Linear(3, 2).load(from: url) }
      }
      #expect(
        try refusal(text.replacing("\"bias\"", with: "\"b\"")).contains(
          "m-2-of-2.safetensors has no tensor 'b'"))
      #expect(
        try refusal(text.replacing("m-2", with: "../m-2")).contains(
          "'../m-2-of-2.safetensors' is no file beside it"))
      #expect(try refusal("{}").contains("no weight_map"))
      #expect(try refusal("{\"weight_map\": {\"a\": 1}}").contains("the file of tensor 'a' is no text"))
      #expect(try refusal("{").contains("not JSON"))
      try FileManager.default.removeItem(at: second)
      #expect(try refusal(text).hasSuffix("1 of its 2 files missing: m-2-of-2.safetensors"))
    }
  }

  private func message(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "nothing thrown"
    } catch {
      #expect(error is CheckpointError, "\(error)")
      return "\(error)"
    }
  }

  static let files = [
    ("archive.pth", "PyTorch"), ("older.pth", "PyTorch, before version 1.6"), ("arrays.npz", "NumPy archive"),
    ("fortran.npy", "NumPy array"), ("unet.safetensors", "safetensors"),
  ]

  @Test(arguments: files) func theBytesTellTheKind(_ name: String, _ format: String) throws {
    try withTemporaryFolder { folder in
      // Whatever it is called.
      let url = folder.appending(path: "file.bin")
      try FileManager.default.copyItem(at: Fixture.url(name), to: url)
      let file = try TensorFile(contentsOf: url)
      #expect(file.format == format)
      for entry in file.entries {
        guard let tensor = try? file.tensor(entry) else { continue }
        #expect(tensor.shape == Shape(entry.sizes) && tensor.shape.elementCount == entry.elementCount)
      }
      if name != "arrays.npz" { #expect(try !file.stateDict().names.isEmpty) }
    }
  }

  @Test func sizesAndTextsAreListed() throws {
    let file = try TensorFile(contentsOf: Fixture.url("older.pth"))
    let weight = try #require(file.entries.first { $0.name == "state_dict.module.conv.weight" })
    #expect(weight.type == "float32" && weight.sizes == [4, 2, 3] && weight.byteCount == 96)
    #expect(file.texts["epoch"] == "12")
    let arrays = try TensorFile(contentsOf: Fixture.url("arrays.npz"))
    let half = try #require(arrays.entries.first { $0.name == "float16" })
    #expect(half.type == "float16" && half.byteCount == 8)
    let records = try #require(arrays.entries.first { $0.name == "records" })
    #expect(records.byteCount == nil && records.elementCount == 2)
  }

  @Test func whatIsNoSuchFileIsSaid() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "notes.txt")
      #expect(message { try TensorFile(contentsOf: url) }.contains("cannot be read"))
      try Data("Some notes, of no use here.".utf8).write(to: url)
      #expect(message { try TensorFile(contentsOf: url) }.contains("it starts as none of them"))
      try Data([0x50, 0x4b, 3, 4, 0, 0]).write(to: url)
      #expect(message { try TensorFile(contentsOf: url) }.contains("not a valid PyTorch or NumPy file"))
      #expect(message { try TensorFile(contentsOf: folder) }.contains("the folder has no *.safetensors"))
      // A pipe that nobody writes to is not waited for.
      let pipe = folder.appending(path: "pipe.pth")
      mkfifo(pipe.path, 0o600)
      #expect(message { try TensorFile(contentsOf: pipe) }.hasSuffix("cannot be read: it is no file"))
    }
  }
}
