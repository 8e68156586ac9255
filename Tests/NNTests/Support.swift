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

/// As `withTemporaryFolder(_:)`, for a body that waits.
func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder)
}

/// What a pattern's group matches in the sources of a folder.
func declaredNames(_ pattern: String, in folder: String) throws -> Set<String> {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../Sources/NN/\(folder)")
  let expression = try NSRegularExpression(pattern: pattern)
  var found: Set<String> = []
  for file in try FileManager.default.contentsOfDirectory(
    at: folder.standardized, includingPropertiesForKeys: nil)
  {
    let text = try String(contentsOf: file, encoding: .utf8)
    for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
      found.insert(String(text[Range(match.range(at: 1), in: text)!]))
    }
  }
  return found
}
