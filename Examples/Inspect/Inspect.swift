import ArgumentParser
import Foundation
import NN

/// Lists the tensors in a file of weights or arrays.
@main
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists what is inside a file of weights or arrays: names, types, shapes, sizes.",
    discussion: """
      FILE is safetensors, also an index of several (*.safetensors.index.json) or a folder with one; a .pth or .pt of \
      PyTorch's, in either format; or a .npy or .npz of NumPy's. Tensors come in the order of the file, texts and numbers \
      beside them at the end. Nothing of the file is executed.
      """)

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Reads the elements too, and shows each tensor's least, mean and greatest.")
  var values = false

  func run() throws {
    Program.prepare()
    let file = try TensorFile(contentsOf: URL(filePath: file))
    let counts = file.entries.compactMap(\.elementCount)
    let bytes = file.entries.compactMap(\.byteCount)
    let tensors = counted(file.entries.count, "tensor"), elements = counted(total(counts), "element")
    // Of some the size may not be known.
    let more = bytes.count < file.entries.count ? " and more" : ""
    Program.report("\(self.file): \(file.format), \(tensors), \(elements), \(size(total(bytes)))\(more)")
    if !file.entries.isEmpty {
      let header = ["name", "type", "shape", "elements", "size"] + (values ? Statistics.names : [])
      let rows = file.entries.map { entry in
        let columns = [
          entry.name, entry.type, "\(entry.sizes)", entry.elementCount.map(grouped) ?? "?",
          entry.byteCount.map(size) ?? "?",
        ]
        return columns + (values ? Statistics.columns(of: entry, in: file) : [])
      }
      print(table([header] + rows, leftAligned: 3), terminator: "")
    }
    let texts = file.texts.sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
    for (name, text) in texts {
      print("\(name): \(shortened(text))".onOneLine)
    }
  }

  private func total(_ numbers: [Int]) -> Int {
    numbers.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
  }

  private func counted(_ count: Int, _ what: String) -> String {
    "\(grouped(count)) \(what)\(count == 1 ? "" : "s")"
  }

  private func shortened(_ text: String) -> String { text.count > 200 ? text.prefix(199) + "…" : text }
}
