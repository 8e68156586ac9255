import Foundation
import TestSupport
import Testing
import Vision

/// Whatever is wrong with what a user gives, the program says so in one line and ends with exit code 1.
@Suite(.serialized) struct BadInputTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the line says.
    let message: [String]
    var options: [String] = []
    /// Spoils the data, which are there.
    var spoil: @Sendable (Workplace) throws -> Void = { _ in }
  }

  private static func remove(_ path: String) -> @Sendable (Workplace) throws -> Void {
    { try FileManager.default.removeItem(at: $0.file(path)) }
  }

  private static func write(_ bytes: some Sequence<UInt8>, _ path: String)
    -> @Sendable (Workplace) throws -> Void
  {
    let data = Data(bytes)
    return { try data.write(to: $0.file(path)) }
  }

  static let faults = [
    Fault(testDescription: "no folder of data", message: ["data", "no such folder"], spoil: remove("data")),
    Fault(
      testDescription: "no folder of masks", message: ["masks", "no such folder"], spoil: remove("masks")),
    Fault(testDescription: "an empty folder of masks", message: ["masks", "METHOD/SEQUENCE"]) {
      for method in 1...4 { try FileManager.default.removeItem(at: $0.file("masks/m\(method)")) }
    },
    Fault(
      testDescription: "a method without a sequence", message: ["masks/m2/c", "no such folder"],
      spoil: remove("masks/m2/c")),
    Fault(
      testDescription: "a method without a frame", message: ["masks/m2/c/00002.png", "no such mask"],
      spoil: remove("masks/m2/c/00002.png")),
    Fault(testDescription: "a truncated mask", message: ["masks/m1/b/00003.png", "truncated"]) {
      let file = try $0.file("masks/m1/b/00003.png")
      try Data(contentsOf: file).dropLast(30).write(to: file)
    },
    Fault(
      testDescription: "a text named .png", message: ["masks/m1/b/00003.png", "not an image"],
      spoil: write("no picture at all".utf8, "masks/m1/b/00003.png")),
    Fault(
      testDescription: "an empty file", message: ["masks/m1/b/00003.png"],
      spoil: write([], "masks/m1/b/00003.png")),
    Fault(testDescription: "a mask of another size", message: ["masks/m3/a/00001.png", "16×24", "32×48"]) {
      try Mask(height: 16, width: 24).image.write(to: $0.file("masks/m3/a/00001.png"))
    },
    Fault(testDescription: "a truncated annotation", message: ["480p/d/00001.png", "truncated"]) {
      let file = try $0.file("data/Annotations/480p/d/00001.png")
      try Data(contentsOf: file).dropLast(30).write(to: file)
    },
    Fault(
      testDescription: "an unknown sequence", message: ["'z'", "a, b, c, d"],
      options: ["--validate", "a,z"]),
    Fault(
      testDescription: "every sequence held out", message: ["at least three sequences"],
      options: ["--validate", "a,b,c,d"]),
    Fault(testDescription: "too short a sequence", message: ["a", "2 frames"]) {
      for frame in 2...3 {
        try FileManager.default.removeItem(at: $0.file("data/JPEGImages/480p/a/0000\(frame).jpg"))
        try FileManager.default.removeItem(at: $0.file("data/Annotations/480p/a/0000\(frame).png"))
      }
    },
    Fault(
      testDescription: "an output that is a file", message: ["can't write to"],
      options: ["--output", "taken"]
    ) {
      try Data().write(to: $0.file("taken"))
    },
  ]

  @Test(.enabled(if: hasCodecs), arguments: faults) func isReportedInOneLine(_ fault: Fault) throws {
    let workplace = try Workplace()
    try workplace.writeData()
    try fault.spoil(workplace)
    let outcome = try workplace.study(["--data", "data", "--channels", "masks"] + fault.options)
    #expect(outcome.exitCode == 1 && !outcome.wasKilled)
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    let line = outcome.complaints.first ?? ""
    #expect(line.hasPrefix("Error: ") && fault.message.allSatisfy(line.contains), "\(line)")
    #expect(workplace.files(in: "out").isEmpty)
  }

  @Test(arguments: [
    ["--data", "data"], ["--channels", "masks"], ["--validate", "a"], ["--epochs", "0"],
    ["--epochs", "many"],
    ["--longest-side", "8"], ["--sequences", "2"], ["--training", "0"], ["--windows", "0"],
    ["--frames", "1"], ["--windows", "9223372036854775807"], ["--longest-side", "9223372036854775807"],
    ["--data", "data", "--channels", "masks", "--validate", ","],
    ["--unknown", "option"],
  ])
  func aMistakenOptionIsAUsageError(_ options: [String]) throws {
    let workplace = try Workplace()
    let outcome = try workplace.study(options)
    #expect(outcome.exitCode == 64 && !outcome.wasKilled)
    #expect(outcome.errors.filter { $0.hasPrefix("Error: ") }.count == 1, "\(outcome.errors)")
    let named = options.count > 2 ? options[options.count - 2] : options[0]
    #expect(outcome.errors.first?.contains(named) == true, "\(outcome.errors)")
    #expect(workplace.files(in: "out").isEmpty)
  }
}
