import Datasets
import Foundation
import Vision

/// VOT, 2018 and 2019: polygons of four corners, the smallest rectangles around the masks; NaNs where the target is absent.
struct VOTLayout: Layout {
  let files: DatasetFiles

  func write(_ video: DrawnVideo) throws {
    let name = video.name
    try files.writeFrames(of: video, to: "\(name)/color", digits: 8)
    try files.write(
      (0..<video.frameCount).map { Self.line(video.boxes[$0].map { .box($0) }) },
      to: "\(name)/groundtruth.txt")
    try files.write(
      (0..<video.frameCount).map { video.visibility($0) < 0.9 ? "1" : "0" }, to: "\(name)/occlusion.tag")
    try files.write(
      ["channels.color=color/%08d.\(files.frameExtension)", "format=default", "fps=30", "name=\(name)"],
      to: "\(name)/sequence")
  }

  /// As the toolkit has it of a run without restarts.
  func write(_ tracks: [Int: SimulatedTrack], of tracker: String, for video: DrawnVideo) throws {
    let boxes = tracks[video.target]!.boxes.dropFirst().map { box in
      box.map { "\($0.x),\($0.y),\($0.width),\($0.height)" } ?? "0"
    }
    try files.write(["1"] + boxes, to: "results/\(tracker)/unsupervised/\(video.name)/\(video.name)_001.txt")
  }

  func writeLists(_ names: [String]) throws { try files.write(names, to: "list.txt") }

  private static func line(_ region: Region?) -> String {
    let numbers = region?.corners.flatMap { [$0.x, $0.y] } ?? Array(repeating: .nan, count: 8)
    return numbers.map { $0.isNaN ? "nan" : String(format: "%.4f", $0) }.joined(separator: ",")
  }
}
