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

  /// An index of two files, which lie beside it.
  static func index(in folder: URL) throws -> Format {
    let url = folder.appending(path: "sample.safetensors.index.json")
    for (name, file) in [("a", "1.safetensors"), ("b", "2.safetensors")] {
      try SafeTensors(tensors: [name: Tensor([1, 2])]).write(to: folder.appending(path: file))
    }
    let text =
      #"{"metadata": {"total_size": 16, "n": "é"}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}"#
    return Format(
      name: "index", samples: [words(text)],
      read: { bytes, _ in
        try Data(bytes).write(to: url)
        let file = try TensorFile(contentsOf: url)
        for entry in file.entries { _ = try file.tensor(entry) }
        _ = try file.stateDict()
      })
  }

  /// Arrays of NumPy's, cut behind each sign of the header.
  static func npy() throws -> Format {
    let file = Array(try Data(contentsOf: fixture("fortran.npy")))
    let texts = [
      "{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1), }\n",
      "{'descr': '|b1', 'fortran_order': False, 'shape': ()}",
      "{'descr': [('x', '<f4'), ('y', '<i2', (2,))], 'fortran_order': False, 'shape': (2,)}",
    ]
    let others = texts.map {
      [[0x93] + Array("NUMPY".utf8) + [1, 0], [UInt8($0.utf8.count), 0]] + words($0)
    }
    let samples =
      [[Array(file[..<8]), Array(file[8..<10])] + words(String(decoding: file[10..<128], as: UTF8.self))]
      + others
    return Format(
      name: "npy", samples: samples.map { $0 + [[UInt8](repeating: 1, count: 24)] },
      repaired: { parts in
        guard parts.count > 2 else { return Array(parts.joined()) }
        // The header goes on to the last brace that stands before the elements.
        let rest = Array(parts[2...].joined())
        let end = (rest.lastIndex(of: UInt8(ascii: "}")) ?? -1) + 1
        return parts[0] + UInt16(truncatingIfNeeded: end).littleEndianBytes + rest
      }, read: readNumPy, needsFile: true)
  }

  static func npz() throws -> Format {
    // An array of many zeros, a hundred times in one file, would take as long as tens of megabytes do.
    let files = try ["arrays.npz", "deflated.npz"].map { name in
      ZipEntries.parts(Array(try Data(contentsOf: fixture(name)))).filter {
        ZipEntries.name(of: $0) != "zeros.npy"
      }
    }
    let few = files[0].filter { ["volume.npy", "columns.npy"].contains(ZipEntries.name(of: $0)) }
    return Format(
      name: "npz", samples: files + [few, few], repaired: ZipEntries.repaired, read: readNumPy,
      needsFile: true)
  }

  private static func readNumPy(_ bytes: [UInt8], _ url: URL) throws {
    let file = try NumPyFile(contentsOf: url)
    _ = try TensorFile(contentsOf: url)
    for array in file.arrays {
      // Of the arrays of an archive each fails by itself.
      do { _ = try file.tensor(array).to(.float64).sum() } catch let error as CheckpointError {
        _ = "\(error)"
      }
    }
  }

  private static func fixture(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(name)")
  }

  /// The files of PyTorch's that the tests read, and one of few entries.
  static func pyTorch() throws -> Format {
    let files = try ["archive.pth", "module.pth", "older.pth"].map { name in
      Array(try Data(contentsOf: fixture(name)))
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
    for entry in parts {
      guard let (name, content) = split(entry) else { continue }
      // What is compressed keeps its checksum and size.
      let isCompressed = entry[8] == 8
      let size = UInt32(content.count).littleEndianBytes
      let sum = isCompressed ? Array(entry[14..<18]) : crc32(content).littleEndianBytes
      let whole = isCompressed ? Array(entry[22..<26]) : size
      let sizes = sum + size + whole + UInt16(name.count).littleEndianBytes
      let about = [0, 0, isCompressed ? 8 : 0, 0, 0, 0, 0, 0] as [UInt8]
      directory += [0x50, 0x4b, 1, 2, 0, 0, 0, 0] + about + sizes + [UInt8](repeating: 0, count: 12)
      directory += UInt32(file.count).littleEndianBytes + name
      file += local + [0, 0] + about + sizes + [0, 0] + name + content
      count += 1
    }
    let counts = UInt16(count).littleEndianBytes
    let end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + counts + counts + UInt32(directory.count).littleEndianBytes
    return file + directory + end + UInt32(file.count).littleEndianBytes + [0, 0]
  }
}
