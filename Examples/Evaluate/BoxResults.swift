import Datasets
import Foundation
import NN
import Vision

/// The true boxes of some sequences, and the files in which a tracker has its own.
struct BoxResults {
  /// The true boxes, by sequence.
  let truth: [TrueBoxes]
  /// What the trackers' files call the first column and row, less what the truth's do.
  let shift: Double

  /// Reads the truth of a data set; sequences without a true box, or with damaged files, are left out, with a word.
  init(_ root: URL, shift: Double = 0) throws {
    var names = Set<String>()
    truth = try readable(TrueBoxes.readers(in: root)) { read in
      let truth = try read()
      let hasBox = truth.boxes.contains { $0 != nil }
      if hasBox && names.insert(truth.name).inserted { return truth }
      Program.warn("\(truth.name) \(hasBox ? "is there twice" : "has no true box"): left out")
      return nil
    }
    self.shift = shift
  }

  /// A tracker's boxes, one for each true one, by sequence; says which sequences are missing and which files are short.
  func boxes(of tracker: String, in folder: URL) throws -> [(truth: TrueBoxes, boxes: [Box?])] {
    try readable(truth) { truth in
      let files = Self.stems(truth.name).map { folder.appending(path: "\($0).txt") }
      guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
        Program.warn("\(tracker) has no \(truth.name).txt: left out")
        return nil
      }
      let boxes = try BoxFile(contentsOf: file, origin: shift, keepsEmpty: true).boxes
      return (truth, fitted(boxes, to: truth.boxes.count, file))
    }
  }

  /// What a sequence's file may be called: that of the second target of `SEQUENCE`, `SEQUENCE-2`, also `SEQUENCE.2` and
  /// `SEQUENCE_2`, as toolkits have it.
  private static func stems(_ name: String) -> [String] {
    guard let dash = name.lastIndex(of: "-"), Int(name[name.index(after: dash)...]) != nil else {
      return [name]
    }
    return ["-", ".", "_"].map { name[..<dash] + $0 + name[name.index(after: dash)...] }
  }

  /// As many boxes as frames: more are cut off, fewer filled up as lost.
  func fitted(_ boxes: [Box?], to count: Int, _ file: URL) -> [Box?] {
    if boxes.count < count {
      Program.warn("\(file.path): \(boxes.count) boxes for \(count) frames: the rest counts as lost")
    }
    return Array(boxes.prefix(count)) + Array(repeating: nil, count: max(0, count - boxes.count))
  }
}
