import Datasets
import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct CompareTrackersTests {
  /// Trackers without weights and with, ensembles, and networks over them, on synthetic videos and on a folder.
  @Test func allTrackersInOneTable() throws {
    let place = try Workplace(for: "CompareTrackers")
    for frame in 0..<3 {
      var image = Image(height: 40, width: 60, color: .white)
      image.fill(.rectangle(Box(x: 10 + Double(frame), y: 12, width: 12, height: 10)), with: .red)
      try image.write(to: place.file("real/moving/img/000\(frame + 1).png"))
    }
    let truth = (0..<3).map { Box(x: 11 + Double($0), y: 13, width: 12, height: 10) }
    try BoxFile(boxes: truth).write(to: place.file("real/moving/groundtruth_rect.txt"))
    try SFTrack(.small).save(to: place.file("networks.safetensors"), metadata: ["preset": "small"])
    try FileManager.default.createDirectory(at: place.file("models"), withIntermediateDirectories: true)
    try NanoTrack().save(to: place.file("models/nanotrack.safetensors"))

    let options = [
      "--models", "models", "--networks", "networks.safetensors", "--seeds", "2", "--videos", "1", "--frames",
      "3", "--data", "real", "--output", "out",
    ]
    let outcome = try place.run(options)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let tables = try place.text("out/table.txt").components(separatedBy: "\n\n")
    #expect(tables.count == 2 && tables[0].hasPrefix("synthetic, 2 videos") && tables[1].hasPrefix("real, 1"))
    for table in tables {
      let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: "  ")[0] }
      #expect(
        rows == [
          "nanotrack", "mosse", "template", "medianflow", "meanshift", "correlation", "those without weights",
          "all", "all, alike", "the best five, SFTrack++",
        ])
    }
    let ensemble = try BoxFile(contentsOf: place.file("out/boxes/real/those without weights/moving.txt"))
    for (box, truth) in zip(ensemble.boxes, truth) {
      #expect(box!.translated(x: 1, y: 1).iou(truth) > 0.8)
    }
    #expect(place.files(in: "out/boxes/synthetic/all") == ["1-synthetic-000.txt", "2-synthetic-000.txt"])
    // Once more from the boxes that are there.
    let again = try place.run(options)
    #expect(again.exitCode == 0 && again.output != outcome.output)
    let first = tables[1].split(separator: "\n")[1], second = again.output.joined(separator: "\n")
    #expect(second.contains(first.prefix(60)) && !second.contains(first))
    if ImageFormat.jpeg.isBuiltIn {
      #expect(try Image(contentsOf: place.file("out/real-moving.jpg"), as: .rgb).height > 480)
    }
  }

  @Test(arguments: [
    (["--seeds=-1"], 64, "--data"), (["--videos", "0"], 64, "--videos"), (["--data", "none"], 1, "none"),
    (["--networks", "none.safetensors"], 1, "none.safetensors"), (["--models", "none"], 1, "none"),
  ])
  func aFaultIsOneLine(_ options: [String], _ code: Int32, _ message: String) throws {
    let place = try Workplace(for: "CompareTrackers")
    let outcome = try place.run(["--seeds", "1", "--videos", "1", "--frames", "2"] + options)
    #expect(outcome.exitCode == code, "\(outcome)")
    #expect(outcome.errors.first?.contains(message) == true, "\(outcome.errors)")
  }
}
