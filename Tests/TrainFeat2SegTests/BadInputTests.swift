import Foundation
import TestSupport
import Testing
import Vision

/// Whatever is wrong with what a user gives, the program says so in one line, ends with exit code 1, and leaves what an
/// earlier run wrote as it is.
@Suite(.serialized) struct BadInputTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the line says.
    let message: [String]
    var data = "data"
    var options: [String] = []
    /// Spoils the data set, which is there, or adds a file.
    var spoil: @Sendable (Workplace) throws -> Void = { _ in }
  }

  static let frames = "data/JPEGImages/480p"
  static let masks = "data/Annotations/480p"

  static let dataFaults = [
    Fault(testDescription: "a truncated frame", message: ["a/00001.jpg", "truncated"]) {
      try $0.write($0.bytes(of: frames + "/a/00001.jpg").prefix(400), to: frames + "/a/00001.jpg")
    },
    Fault(testDescription: "a truncated first frame", message: ["b/00000.jpg", "truncated"]) {
      try $0.write($0.bytes(of: frames + "/b/00000.jpg").prefix(400), to: frames + "/b/00000.jpg")
    },
    Fault(testDescription: "a truncated mask", message: ["a/00002.png", "truncated"]) {
      try $0.write($0.bytes(of: masks + "/a/00002.png").dropLast(30), to: masks + "/a/00002.png")
    },
    Fault(testDescription: "a text named .jpg", message: ["a/00002.jpg", "not an image"]) {
      try $0.write("no picture at all".utf8, to: frames + "/a/00002.jpg")
    },
    Fault(testDescription: "an empty held-out frame", message: ["b/00001.jpg"]) {
      try $0.write([], to: frames + "/b/00001.jpg")
    },
    Fault(
      testDescription: "a mask of another size than its frame", message: ["a/00001.png", "8×24", "16×48"]
    ) {
      try writeSmallMask(to: $0.file(masks + "/a/00001.png"))
    },
    Fault(
      testDescription: "a first mask of another size than its frame",
      message: ["b/00000.png", "8×24", "16×48"]
    ) {
      try writeSmallMask(to: $0.file(masks + "/b/00000.png"))
    },
    Fault(testDescription: "a frame without a mask", message: ["00001.png", "no annotation"]) {
      try FileManager.default.removeItem(at: $0.file(masks + "/a/00001.png"))
    },
    Fault(testDescription: "a sequence without frames", message: ["480p/c", "holds no PNG or JPEG files"]) {
      _ = try $0.file(frames + "/c/nothing")
    },
    Fault(testDescription: "a single sequence", message: ["at least two"]) {
      try FileManager.default.removeItem(at: $0.file(frames + "/b"))
    },
    Fault(
      testDescription: "an unknown sequence to hold out", message: ["'z'", "a, b"],
      options: ["--validate", "a,z"]),
    Fault(
      testDescription: "every sequence held out", message: ["nothing is left"],
      options: ["--validate", "a,b"]),
    Fault(testDescription: "an empty folder", message: ["empty", "holds no data set"], data: "empty") {
      _ = try $0.file("empty/nothing")
    },
    Fault(testDescription: "an empty frame folder", message: ["480p", "holds no"], data: "empty") {
      _ = try $0.file("empty/JPEGImages/480p/nothing")
    },
    Fault(testDescription: "a missing folder", message: ["nowhere", "no such folder"], data: "nowhere"),
    Fault(
      testDescription: "a learning rate that ends in NaN", message: ["epoch 1", "not a finite number"],
      options: ["--learning-rate", "1e30"]),
    Fault(
      testDescription: "NaN in the validation only",
      message: ["epoch 1", "validation", "not a finite number"],
      options: ["--learning-rate", "1e30", "--batch", "8"]),
  ]

  static let resumeFaults = [
    resumeFault("a missing file", nil, "cannot be read"),
    resumeFault("an empty file", Data(), "truncated"),
    resumeFault("garbage", Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 + 7) }), "header"),
    resumeFault("a text", Data(String(repeating: "no tensors here\n", count: 9).utf8), "header"),
    resumeFault("a header longer than the file", header("{}", length: 5000), "truncated"),
    resumeFault("a header of impossible length", header("{}", length: .max), "exceeds the limit"),
    resumeFault(
      "a tensor beyond the file",
      header(#"{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}"#), "ends at byte"),
    resumeFault(
      "a shape that is not that of the bytes",
      header(#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,4]}}"#), "takes 24 bytes"),
    resumeFault(
      "a shape that overflows",
      header(#"{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}"#),
      "impossible shape"),
    resumeFault(
      "negative offsets", header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#), "offsets"),
    resumeFault("another program's tensors", header("{}"), "holds no training state"),
    resumeFault("a step before the first", header(state(step: -5)), "step -5"),
    resumeFault("an epoch before the first", header(state(epoch: -1)), "epoch 0"),
    Fault(
      testDescription: "resuming from the state of no network", message: ["bad.safetensors", "does not fit"],
      options: ["--resume", "bad.safetensors"]
    ) {
      let data = $0.folder.appending(path: "data").path
      try $0.write(header(state(step: 1, data: data)), to: "bad.safetensors")
    },
  ]

  @Test(.enabled(if: hasCodecs), arguments: dataFaults + resumeFaults)
  func isReportedInOneLine(_ fault: Fault) throws {
    let workplace = try Workplace()
    try workplace.writeData()
    try fault.spoil(workplace)
    let earlier = Data("what an earlier run saved".utf8)
    try workplace.write(earlier, to: "out/last.safetensors")
    let outcome = try workplace.train(data: fault.data, fault.options)
    #expect(outcome.exitCode == 1 && !outcome.wasKilled)
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    let line = outcome.complaints.first ?? ""
    #expect(line.hasPrefix("Error: ") && fault.message.allSatisfy(line.contains), "\(line)")
    #expect(workplace.files(in: "out") == ["last.safetensors"])
    #expect(try workplace.bytes(of: "out/last.safetensors") == earlier)
  }

  /// A regular file in the way stops every user, root too.
  @Test(.enabled(if: hasCodecs), arguments: ["taken", "taken/out"])
  func anUnwritableOutputIsReportedBeforeTraining(_ output: String) throws {
    let workplace = try Workplace()
    try workplace.writeData()
    try workplace.write("a file".utf8, to: "taken")
    let outcome = try workplace.train(output: output)
    #expect(outcome.exitCode == 1 && !outcome.wasKilled)
    #expect(outcome.errors.count == 1 && outcome.errors[0].contains("can't write to"), "\(outcome.errors)")
    #expect(try workplace.bytes(of: "taken") == Data("a file".utf8))
  }

  @Test(arguments: [
    ["--loss", "nonsense"], ["--preset", "huge"], ["--epochs", "0"], ["--epochs", "many"],
    ["--epochs", "9223372036854775807"], ["--batch", "-1"],
    ["--learning-rate", "nan"], ["--precision", "float16"], ["--learning-rate", "0"],
    ["--unknown", "option"], ["--batch", "9223372036854775807"], ["--validate", ","],
    ["--coarse-epochs", "3"], ["--coarse-epochs", "-1"],
  ])
  func aMistakenOptionIsAUsageError(_ options: [String]) throws {
    let workplace = try Workplace()
    let outcome = try workplace.train(options)
    #expect(outcome.exitCode == 64 && !outcome.wasKilled)
    #expect(outcome.errors.filter { $0.hasPrefix("Error: ") }.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.first?.contains(options[0]) == true, "\(outcome.errors)")
    #expect(workplace.files(in: "out").isEmpty)
  }

  private static func writeSmallMask(to url: URL) throws {
    try Mask(Box(x: 4, y: 2, width: 9, height: 5), height: 8, width: 24).image.write(to: url)
  }

  private static func resumeFault(_ name: String, _ file: Data?, _ message: String) -> Fault {
    Fault(
      testDescription: "resuming from \(name)", message: ["bad.safetensors", message],
      options: ["--resume", "bad.safetensors"]
    ) {
      if let file { try $0.write(file, to: "bad.safetensors") }
    }
  }

  /// A safetensors file of a header and four bytes, or none where the header names no tensor.
  private static func header(_ text: String, length: UInt64? = nil) -> Data {
    let length = (length ?? UInt64(text.utf8.count)).littleEndian
    return withUnsafeBytes(of: length) { Data($0) } + Data(text.utf8)
      + Data(count: text.contains("dtype") ? 4 : 0)
  }

  private static func state(epoch: Int = 0, step: Int = 0, data: String = "") -> String {
    let texts = [
      "epoch": "\(epoch)", "step": "\(step)", "sums": "", "best": "-1", "best_epoch": "0",
      "random_state": "1",
      "preset": "small", "loss": "bce", "epochs": "2", "coarse-epochs": "1", "batch": "1", "seed": "1",
      "learning-rate": "0.003", "precision": "float32", "data": data, "validate": "b", "boxes": "none",
    ]
    return #"{"__metadata__":{\#(texts.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ","))}}"#
  }
}
