import Foundation

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
