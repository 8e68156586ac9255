import NN
import SFModels
import TestSupport
import Testing
import Vision

// Scores of masks: DAVIS and YouTube-VOS.
extension EvaluateTests {
  @Test func davisScoresEachObject() throws {
    let workplace = try Workplace(for: "Evaluate")
    func map(objectAt columns: [Int]) -> IndexedImage {
      var labels = [UInt8](repeating: 0, count: 40 * 60)
      for (object, left) in columns.enumerated() {
        for y in 10..<20 { for x in left..<left + 10 { labels[y * 60 + x] = UInt8(object + 1) } }
      }
      return IndexedImage(height: 40, width: 60, indices: labels, palette: [.black, .red, .green])
    }
    for frame in 0..<4 {
      let name = "video/0000\(frame).png"
      try Image(height: 40, width: 60, channels: 3).write(to: workplace.file("truth/JPEGImages/480p/\(name)"))
      try map(objectAt: [10, 30]).write(to: workplace.file("truth/Annotations/480p/\(name)"))
      // What doesn't count needs no mask.
      if 1...2 ~= frame { try map(objectAt: [10]).write(to: workplace.file("method/\(name)")) }
    }
    let outcome = try workplace.run([
      "davis", "--truth", "truth", "--results", "method", "--html", "page.html",
    ])
    #expect(try workplace.text("page.html").contains("<b>video</b>"))
    #expect(outcome.exitCode == 0 && outcome.complaints == [])
    #expect(
      outcome.output.last?.split(separator: " ")
        == ["method", "0.500", "0.500", "0.500", "0.000", "0.500", "0.500", "0.000"])
  }

  /// Masks of the networks around the true boxes, and J of them.
  @Test func masksFromTrueBoxes() throws {
    let workplace = try Workplace(for: "Evaluate")
    for frame in 0..<4 {
      let name = "480p/dog/0000\(frame).png"
      let box = Box(x: 10 + Double(frame), y: 10, width: 14, height: 12)
      var image = Image(height: 40, width: 60, color: .white)
      image.fill(.rectangle(box), with: .red)
      try image.write(to: workplace.file("data/JPEGImages/\(name)"))
      try Mask(box, height: 40, width: 60).image.write(to: workplace.file("data/Annotations/\(name)"))
    }
    try SFTrack(.small, trackers: 2).save(
      to: workplace.file("model.safetensors"), metadata: ["preset": "small"])
    let arguments = ["run", "--data", "data", "--recorded", "truth", "truth", "--output"]
    for options in [["boxes"], ["masks", "--model", "model.safetensors"]] {
      let outcome = try workplace.run(arguments + options)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
    let score = try workplace.run([
      "davis", "--truth", "data", "--results", "boxes/recorded", "masks/recorded",
    ])
    // Without networks the boxes are filled, which are the truth here.
    let ranked = score.output.filter { $0.contains("recorded") }
    #expect(
      ranked.count == 2 && ranked[0].contains("boxes/recorded") && ranked[0].contains("1.000"), "\(score)")
  }

  @Test func youTubeVOSTellsSeenClassesFromOthers() throws {
    let workplace = try Workplace(for: "Evaluate")
    func map(_ boxes: [Box?]) -> IndexedImage {
      var labels = [UInt8](repeating: 0, count: 40 * 60)
      for (object, box) in boxes.enumerated() {
        guard let box else { continue }
        let mask = Mask(box, height: 40, width: 60)
        for pixel in labels.indices where mask.values[pixel] != 0 { labels[pixel] = UInt8(object + 1) }
      }
      return IndexedImage(height: 40, width: 60, indices: labels)
    }
    let boxes = [Box(x: 10, y: 10, width: 10, height: 10), Box(x: 40, y: 10, width: 10, height: 10)]
    for frame in 0..<4 {
      // Wrong in the first frames, which are given away, and where there is no truth.
      let (name, yak) = ("video/0000\(frame).png", frame == 0 ? nil : boxes[1])
      try Image(height: 40, width: 60, channels: 3).write(to: workplace.file("valid/JPEGImages/\(name)"))
      if frame != 2 { try map([boxes[0], yak]).write(to: workplace.file("valid/Annotations/\(name)")) }
      if frame > 0 { try map([boxes[0], nil]).write(to: workplace.file("method/\(name)")) }
    }
    let cat = "\"1\": {\"category\": \"cat\", \"frames\": [\"00000\", \"00001\", \"00003\"]}"
    let yak = "\"2\": {\"category\": \"yak\", \"frames\": [\"00001\", \"00003\"]}"
    for (part, objects) in [("valid", "\(cat), \(yak)"), ("train", cat)] {
      try write(
        ["{\"videos\": {\"video\": {\"objects\": {\(objects)}}}}"], to: "\(part)/meta.json", in: workplace)
    }
    let arguments = ["youtubevos", "--truth", "valid", "--results", "method"]
    let outcome = try workplace.run(arguments + ["--train", "train"])
    #expect(outcome.exitCode == 0 && outcome.complaints == [])
    #expect(
      outcome.output.last?.split(separator: " ") == ["method", "0.500", "1.000", "1.000", "0.000", "0.000"])
    let all = try workplace.run(arguments)
    #expect(all.output.last?.split(separator: " ") == ["method", "0.500", "0.500", "0.500"])
  }
}
