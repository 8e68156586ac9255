import Foundation
import NN
import Tensor

/// What PyTorch computed; the scripts beside the files say what is in them.
enum Fixture {
  static func url(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name)")
  }

  static func load(_ name: String) throws -> SafeTensors {
    try SafeTensors(contentsOf: url("\(name).safetensors"))
  }

  /// A metadata entry that holds a list of cases as JSON.
  static func cases<Case: Decodable>(_ type: Case.Type, _ entry: String, in file: SafeTensors) throws
    -> [Case]
  {
    try JSONDecoder().decode([Case].self, from: Data(file.metadata[entry, default: ""].utf8))
  }
}

/// The largest absolute difference of two tensors of one shape.
func distance(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.shape == b.shape else { return .infinity }
  return (a.to(.float64) - b.to(.float64)).abs().max().item
}

func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }

/// Runs a test in a folder of its own.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
