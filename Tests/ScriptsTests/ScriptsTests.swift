import Datasets
import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

/// Each script of `Examples/Scripts` on a little data, as a user runs it.
@Suite struct ScriptsTests {
  @Test func classifyArrays() throws {
    let place = try Workplace(for: "ClassifyArrays")
    // A bright row, or a bright column.
    var images = Tensor(uniform: [120, 8, 8], in: 0..<60, seed: 1)
    for index in 0..<120 {
      if index % 2 == 0 {
        images[index, index / 2 % 8] = 200
      } else {
        images[index, .all, index / 2 % 8] = 200
      }
    }
    try NumPyFile.write(images.to(.uint8), to: place.file("images.npy"))
    try NumPyFile.write(Tensor((0..<120).map { $0 % 2 }), to: place.file("labels.npy"))
    let outcome = try place.run(["."])
    #expect(outcome.exitCode == 0 && outcome.errors == [], "\(outcome.errors)")
    #expect(outcome.output.first?.hasPrefix("Sequential ") == true)
    #expect(try number(behind: "accuracy ", in: outcome.output.last) > 0.8)
    #expect(try SafeTensors(contentsOf: place.file("classifier.safetensors"))["7.weight"]?.shape == [2, 32])
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func fineTuneResNetAndClassifyAnImage() throws {
    let place = try Workplace(for: "FineTuneResNet")
    for (index, color) in [Color.red, .green].enumerated() {
      for number in 0..<4 {
        var image = Image(height: 40, width: 48, filledWith: UInt8(20 * number))
        image.fill(.rectangle(Box(x: 8, y: 8, width: 20, height: 20)), with: color)
        try image.write(to: place.file("images/\(["a", "b"][index])/\(number).png"))
      }
    }
    let published = withRandomSeed(1) { ResNet(.resNet18, classes: 10) }
    try published.save(to: place.file("resnet18.safetensors"))
    let outcome = try place.run(["resnet18.safetensors", "images"])
    #expect(outcome.exitCode == 0 && outcome.errors == [], "\(outcome.errors)")
    #expect(
      outcome.output.first == "new: fc.weight [10, 512] instead of [2, 512], fc.bias [10] instead of [2]")
    #expect(outcome.output.count == 4)
    let tuned = try SafeTensors(contentsOf: place.file("images/resnet18.safetensors"))
    for (name, isKept) in [("layer1.0.conv1.weight", true), ("layer2.0.conv1.weight", false)] {
      #expect((bytes(tuned[name]!) == bytes(published.stateDict[name]!)) == isKept)
    }

    let other = try Workplace(for: "ClassifyImage")
    let (weights, image) = (try place.file("images/resnet18.safetensors"), try place.file("images/b/0.png"))
    let answer = try other.run([weights.path, image.path, "1"])
    #expect(answer.exitCode == 0 && answer.output.count == 3, "\(answer.errors)")
    let sum = try answer.output.prefix(2).reduce(0) { try $0 + number(behind: ": ", in: $1) }
    #expect(abs(sum - 1) < 1e-5)
    #expect(answer.output.last?.hasSuffix("seconds with 1 threads") == true)
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func segmentFolder() throws {
    let place = try Workplace(for: "SegmentFolder")
    for number in 0..<10 {
      let box = Box(x: Double(2 * number), y: 8, width: 16, height: 20)
      var image = Image(height: 40, width: 48, filledWith: 60)
      image.fill(.rectangle(box), with: .yellow)
      try image.write(to: place.file("images/\(number).png"))
      try Mask(box, height: 40, width: 48).image.write(to: place.file("masks/\(number).png"))
    }
    #expect(try place.run([".", "6"]).exitCode == 0)
    let log = try TrainingLog(contentsOf: place.file("run/log.csv"))
    #expect(log.rows.count == 6 && log.values(of: "train_loss")[5] < log.values(of: "train_loss")[0])
    // Stopped, and run again.
    let again = try place.run([".", "6"])
    #expect(again.exitCode == 0 && again.output.count == 1, "nothing is left to do")
    #expect(try place.run([".", "7"]).errors.first?.contains("epochs 6, not 7") == true)
  }

  @Test func ownOperator() throws {
    let outcome = try Workplace(for: "OwnOperator").run([])
    #expect(outcome.exitCode == 0 && outcome.output.first == "the gradients are right")
    #expect(outcome.output.count == 2)
  }

  @Test func classifySequences() throws {
    let place = try Workplace(for: "ClassifySequences")
    let lines = (0..<48).map { index in
      "\(index % 2 == 0 ? "first\tx" : "second\ty")" + String(repeating: "abc", count: index % 5)
    }
    try place.write((lines.joined(separator: "\n") + "\n").utf8, to: "lines.tsv")
    let outcome = try place.run(["lines.tsv"])
    #expect(outcome.exitCode == 0 && outcome.output.count == 11, "\(outcome.errors)")
    #expect(try number(behind: "accuracy ", in: outcome.output[7]) > 0.9)
    #expect(outcome.output[8...].elementsEqual(["x: first", "yabc: second", "xabcabc: first"]))
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func refineMasks() throws {
    let place = try Workplace(for: "RefineMasks")
    var truth: [Mask] = []
    for frame in 0..<4 {
      let box = Box(x: Double(8 + 2 * frame), y: 10, width: 20, height: 16)
      var image = Image(height: 40, width: 56, filledWith: 50)
      image.fill(.rectangle(box), with: .yellow)
      try image.write(to: place.file("clip/\(frame).png"))
      truth.append(Mask(box, height: 40, width: 56))
      // A hole that is in one frame only.
      var mask = truth[frame].image
      if frame == 2 { mask.fill(.rectangle(Box(x: 16, y: 14, width: 6, height: 6)), with: .black) }
      try mask.write(to: place.file("masks/\(frame).png"))
    }
    let outcome = try place.run(["clip", "masks", "refined"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(place.files(in: "refined").count == 8)
    let refined = Mask(try Image(contentsOf: place.file("refined/2.png"), as: .grey))
    #expect(refined.iou(truth[2]) > 0.97)
  }

  @Test func gradientPenalty() throws {
    let outcome = try Workplace(for: "GradientPenalty").run([])
    #expect(outcome.exitCode == 0 && outcome.output.count == 4, "\(outcome.errors)")
    #expect(try abs(number(behind: "radius ", in: outcome.output.last) - 1) < 0.25)
  }

  @Test func metaLearning() throws {
    let outcome = try Workplace(for: "MetaLearning").run([])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let losses = try outcome.output.map { try number(behind: "loss ", in: $0) }
    #expect(losses.count == 6 && losses[5] < 0.5 * losses[0])
  }

  // MARK: Lines

  /// The first line under each script's title says how long it is, and how long in PyTorch.
  @Test(arguments: [
    "ClassifyArrays", "ClassifyImage", "ClassifySequences", "FineTuneResNet", "GradientPenalty",
    "MetaLearning", "OwnOperator", "RefineMasks", "SegmentFolder",
  ])
  func aScriptIsShorterThanInPyTorch(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/Scripts/\(name)").standardized
    func lines(_ file: String) throws -> [Substring] {
      try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n")
        .filter { !$0.allSatisfy(\.isWhitespace) }
    }
    func code(_ file: String, comment: String) throws -> Int {
      try lines(file).count { !$0.drop(while: \.isWhitespace).hasPrefix(comment) }
    }
    let (here, there) = (try code("main.swift", comment: "//"), try code("pytorch.py", comment: "#"))
    #expect(here < there)
    #expect(try lines("main.swift").contains("// \(here) lines of code; \(there) in PyTorch: pytorch.py."))
  }
}

/// The number that stands behind a text in a line.
private func number(behind text: String, in line: String?) throws -> Double {
  let line = try #require(line), range = try #require(line.range(of: text))
  return try #require(Double(line[range.upperBound...].prefix { !$0.isWhitespace && $0 != "," }))
}
