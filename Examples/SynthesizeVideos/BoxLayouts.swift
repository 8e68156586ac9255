import Datasets
import Foundation
import Vision

/// OTB: boxes from 1, as MATLAB counts, in the trackers' files too; NaNs where the target is absent.
struct OTBLayout: Layout {
  let files: DatasetFiles

  func write(_ video: DrawnVideo) throws {
    try files.writeFrames(of: video, to: "\(video.name)/img", digits: 4)
    try boxFile(video.boxes).write(to: files.file("\(video.name)/groundtruth_rect.txt"))
  }

  func write(_ tracker: SimulatedTracker, on video: DrawnVideo) throws {
    let boxes = video.track(by: tracker, of: video.target).boxes
    try boxFile(boxes).write(to: files.file("results/\(tracker.name)/\(video.name).txt"))
  }

  func writeLists(_ names: [String]) throws {}

  private func boxFile(_ boxes: [Box?]) -> BoxFile {
    BoxFile(boxes: boxes.map { $0?.translated(x: 1, y: 1) })
  }
}

/// GOT-10k: boxes and how much of the target is seen.
struct GOT10kLayout: Layout {
  let files: DatasetFiles

  func write(_ video: DrawnVideo) throws {
    try files.writeFrames(of: video, to: video.name, digits: 8)
    let (name, size) = (video.name, video.sequence.size(0))
    try files.write(video.boxes.map(line), to: "\(name)/groundtruth.txt")
    try files.write(video.boxes.map { $0 == nil ? "1" : "0" }, to: "\(name)/absence.label")
    try files.write((0..<video.frameCount).map { "\(cover(video, $0))" }, to: "\(name)/cover.label")
    let isCut = video.boxes.map { box in
      box.map { $0.x == 0 || $0.y == 0 || $0.maxX == Double(size.width) || $0.maxY == Double(size.height) }
        ?? false
    }
    try files.write(isCut.map { $0 ? "1" : "0" }, to: "\(name)/cut_by_image.label")
    try files.write(
      [
        "[METAINFO]", "url: synthetic", "begin: 00:00:00",
        "end: 00:00:\(String(format: "%02d", video.frameCount / 10 % 60))",
        "anno_fps: 10Hz", "object_class: synthetic", "motion_class: moving", "major_class: synthetic",
        "root_class: object", "motion_adverb: smoothly", "resolution: (\(size.width), \(size.height))",
      ], to: "\(name)/meta_info.ini")
  }

  func write(_ tracker: SimulatedTracker, on video: DrawnVideo) throws {
    let boxes = video.track(by: tracker, of: video.target).boxes
    try files.write(boxes.map(line), to: "results/\(tracker.name)/\(video.name)/\(video.name)_001.txt")
  }

  func writeLists(_ names: [String]) throws { try files.write(names, to: "list.txt") }

  private func line(_ box: Box?) -> String {
    let box = box ?? Box(x: 0, y: 0, width: 0, height: 0)
    return String(format: "%.4f,%.4f,%.4f,%.4f", box.x, box.y, box.width, box.height)
  }

  /// 0 for nothing and 8 for all of the target; between them steps of 15 hundredths, the last from 90 on.
  private func cover(_ video: DrawnVideo, _ frame: Int) -> Int {
    let share = video.visibility(frame)
    return share == 0 ? 0 : share >= 0.995 ? 8 : 1 + Int(share / 0.15)
  }
}
