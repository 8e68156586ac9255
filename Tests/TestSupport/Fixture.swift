import Foundation
import NN

/// What PyTorch computed; the scripts in `Tests/Fixtures` say what is in the files beside them.
public enum Fixture {
  /// Where a file of that folder lies.
  public static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/\(name)")
  }

  /// The tensors of a fixture, named without its extension.
  public static func load(_ name: String) throws -> SafeTensors {
    try SafeTensors(contentsOf: url("\(name).safetensors"))
  }

  /// A metadata entry that holds a list of cases as JSON.
  public static func cases<Case: Decodable>(
    _ type: Case.Type, _ entry: String = "cases", in file: SafeTensors
  ) throws -> [Case] {
    try JSONDecoder().decode([Case].self, from: Data(file.metadata[entry, default: ""].utf8))
  }
}
