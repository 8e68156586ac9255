import TestSupport
import Testing
import Vision

/// Evaluate, as a user runs it. What it does is tested in the files beside this one, by its commands.
@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct EvaluateTests {
  /// A target that stays where it is for four frames.
  var lines: [String] { ["10,20,40,20", "10,20,40,20", "10,20,40,20", "10,20,40,20"] }

  static let curves = ["normalized_precision", "precision", "success"].flatMap {
    ["\($0).png", "\($0).svg"]
  }

  func write(_ lines: [String], to path: String, in workplace: Workplace) throws {
    try workplace.write((lines.joined(separator: "\n") + "\n").utf8, to: path)
  }
}
