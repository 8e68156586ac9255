import Datasets
import Foundation
import Vision

/// VOT, 2016 to 2019: polygons of four corners, the smallest rectangles around the masks.
struct VOTLayout: Layout {
  let files: DatasetFiles

  func write(_ video: DrawnVideo) throws {
    let name = video.name
    try files.writeFrames(of: video, to: "\(name)/color", digits: 8)
    let regions = (0..<video.frameCount).map { frame in
      RotatedBox(enclosing: video.mask(frame)).map { VOTRegion.region(.rotatedBox($0)) } ?? .unknown
    }
    try VOTTrajectory(entries: regions).write(to: files.file("\(name)/groundtruth.txt"))
    try files.write(
      (0..<video.frameCount).map { video.visibility($0) < 0.9 ? "1" : "0" }, to: "\(name)/occlusion.tag")
    try files.write(
      ["channels.color=color/%08d.\(files.frameExtension)", "format=default", "fps=30", "name=\(name)"],
      to: "\(name)/sequence")
  }

  /// A run that is started again five frames after each failure.
  func write(_ tracker: SimulatedTracker, on video: DrawnVideo) throws {
    var entries: [VOTRegion] = []
    while entries.count < video.frameCount {
      let start = entries.count
      guard video.boxes[start] != nil else {
        entries.append(.unknown)
        continue
      }
      entries.append(.initialization)
      let boxes = video.track(by: tracker, of: video.target, from: start).boxes
      for (frame, box) in zip(start..., boxes).dropFirst() {
        if let truth = video.boxes[frame], let box, box.iou(truth) == 0 {
          entries += [.failure] + Array(repeating: .unknown, count: 4)
          break
        }
        entries.append(box.map { .region(.box($0)) } ?? .unknown)
      }
    }
    let run = VOTTrajectory(entries: Array(entries.prefix(video.frameCount)))
    try run.write(to: files.file("results/\(tracker.name)/baseline/\(video.name)/\(video.name)_001.txt"))
  }

  func writeLists(_ names: [String]) throws { try files.write(names, to: "list.txt") }
}
