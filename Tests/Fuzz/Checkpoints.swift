import Foundation
import NN
import Tensor

extension Format {
  static func safetensors(in folder: URL) throws -> Format {
    let url = folder.appending(path: "sample.safetensors")
    let file = SafeTensors(
      tensors: [
        "a": Tensor([1.5, -2, 3], shape: [3, 1]),
        "b.weight": Tensor([1, 2, 3, 4] as [Int32], shape: [2, 2]),
        "é": Tensor([true, false]), "empty": Tensor(zeros: [0, 4]), "wide": Tensor([7] as [Int32]),
      ], metadata: ["epoch": "3", "note": "a \"text\"\n"], wideIntegers: ["wide"])
    try file.write(to: url)
    let bytes = Array(try Data(contentsOf: url))
    return Format(
      name: "safetensors", samples: [parts(ofSafetensors: bytes)],
      repaired: { parts in
        // The header goes on to the last brace that stands before the elements.
        let rest = Array(parts.dropFirst().joined())
        let end = (rest.lastIndex(of: UInt8(ascii: "}")) ?? -1) + 1
        return UInt64(end).littleEndianBytes + rest
      },
      read: { _, url in
        let file = try SafeTensors(contentsOf: url)
        for name in file.names { if let tensor = try file.tensor(name) { _ = tensor.to(.float64).sum() } }
      }, needsFile: true)
  }

  /// The length, the header cut behind each sign, the elements.
  private static func parts(ofSafetensors file: [UInt8]) -> [Part] {
    let end = 8 + Int(littleEndianBytes: file[..<8])
    let header = file[8..<end].split(omittingEmptySubsequences: false) { ",:[]{}".utf8.contains($0) }
    var (tokens, position) = ([Part](), 8)
    for word in header where position < end {
      tokens.append(Array(file[position..<min(position + word.count + 1, end)]))
      position += word.count + 1
    }
    return [Array(file[..<8])] + tokens + [Array(file[end...])]
  }

  /// The files of PyTorch's that the tests read, and one of few entries.
  static func pyTorch() throws -> Format {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures")
    let files = try ["archive.pth", "module.pth", "older.pth"].map { name in
      Array(try Data(contentsOf: fixtures.appending(path: name)))
    }
    let archives = files.map(ZipEntries.parts)
    let few = archives[0].filter { entry in
      ["data.pkl", "/data/0", "/data/1"].contains { ZipEntries.name(of: entry)?.hasSuffix($0) == true }
    }
    return Format(
      name: "pytorch", samples: archives + [few, few], repaired: ZipEntries.repaired,
      read: { _, url in
        let file = try PyTorchFile(contentsOf: url)
        let state = try file.stateDict()
        for name in state.names { if let tensor = try state.tensor(name) { _ = tensor.to(.float64).sum() } }
      }, needsFile: true)
  }
}

/// The entries of a zip archive, of its directory, and its ends; what is no archive is one part.
enum ZipEntries {
  private static let local: [UInt8] = [0x50, 0x4b, 3, 4]

  static func parts(_ file: [UInt8]) -> [Format.Part] {
    let signatures: [[UInt8]] = [
      local, [0x50, 0x4b, 1, 2], [0x50, 0x4b, 6, 6], [0x50, 0x4b, 6, 7], [0x50, 0x4b, 5, 6],
    ]
    let starts = file.indices.filter { start in
      file[start] == 0x50 && signatures.contains { file[start...].starts(with: $0) }
    }
    guard starts.first == 0 else { return [file] }
    return zip(starts, starts.dropFirst() + [file.count]).map { Array(file[$0..<$1]) }
  }

  static func name(of entry: Format.Part) -> String? {
    split(entry).map { String(decoding: $0.name, as: UTF8.self) }
  }

  private static func split(_ entry: Format.Part) -> (name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)? {
    guard entry.starts(with: local), entry.count >= 30 else { return nil }
    let lengths = (Int(littleEndianBytes: entry[26..<28]), Int(littleEndianBytes: entry[28..<30]))
    guard 30 + lengths.0 + lengths.1 <= entry.count else { return nil }
    return (entry[30..<30 + lengths.0], entry[(30 + lengths.0 + lengths.1)...])
  }

  /// The entries again, their sizes and places written anew.
  static func repaired(_ parts: [Format.Part]) -> [UInt8] {
    guard parts.contains(where: { split($0) != nil }) else { return Array(parts.joined()) }
    var (file, directory, count) = ([UInt8](), [UInt8](), 0)
    for (name, content) in parts.compactMap(split) {
      let size = UInt32(content.count).littleEndianBytes
      let sizes = [0, 0, 0, 0] + size + size + UInt16(name.count).littleEndianBytes
      directory +=
        [0x50, 0x4b, 1, 2] + [UInt8](repeating: 0, count: 12) + sizes + [UInt8](repeating: 0, count: 12)
      directory += UInt32(file.count).littleEndianBytes + name
      file += local + [UInt8](repeating: 0, count: 10) + sizes + [0, 0] + name + content
      count += 1
    }
    let counts = UInt16(count).littleEndianBytes
    let end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + counts + counts + UInt32(directory.count).littleEndianBytes
    return file + directory + end + UInt32(file.count).littleEndianBytes + [0, 0]
  }
}
