import Datasets
import Foundation
import Tensor
import Vision

/// DAVIS: masks of all objects, and beside them the true flow from each frame to its neighbours.
struct DAVISLayout: Layout {
  let files: DatasetFiles

  func write(_ video: DrawnVideo) throws {
    try files.writeFrames(of: video, to: "JPEGImages/480p/\(video.name)", from: 0, digits: 5)
    for (frame, masks) in video.masks.enumerated() {
      let name = Self.name(frame)
      try masks.write(to: files.file("Annotations/480p/\(video.name)/\(name).png"))
      for (direction, other) in [("forward", frame + 1), ("backward", frame - 1)]
      where (0..<video.frameCount).contains(other) {
        try video.sequence.flow(from: frame, to: other).flow.write(
          to: files.file("Flow/\(video.name)/\(direction)/\(name).flo"))
      }
    }
  }

  /// A tracker's masks are the true ones of what it follows, moved into its boxes.
  func write(_ tracker: SimulatedTracker, on video: DrawnVideo) throws {
    let tracks = video.truth.keys.sorted().map { ($0, video.track(by: tracker, of: $0)) }
    for (object, track) in tracks {
      try BoxFile(boxes: track.boxes).write(
        to: files.file("boxes/\(tracker.name)/\(video.name)-\(object).txt"))
    }
    for (frame, truth) in video.masks.enumerated() {
      var labels = [UInt8](repeating: 0, count: truth.indices.count)
      for (object, track) in tracks {
        guard let box = track.boxes[frame], let source = track.sources[frame],
          let seen = video.truth[source.object]?[source.frame]
        else { continue }
        let (x, y) = (box.width / seen.width, box.height / seen.height)
        let map = Affine(a: x, b: 0, c: 0, d: y, tx: box.x - x * seen.x, ty: box.y - y * seen.y)
        let mask = Mask(video.masks[source.frame], label: UInt8(source.object))
          .warped(by: map, height: truth.height, width: truth.width)
        for pixel in labels.indices where mask.values[pixel] != 0 { labels[pixel] = UInt8(object) }
      }
      try IndexedImage(height: truth.height, width: truth.width, indices: labels)
        .write(to: files.file("results/\(tracker.name)/\(video.name)/\(Self.name(frame)).png"))
    }
  }

  /// The last third, at least one video, is there to validate on.
  func writeLists(_ names: [String]) throws {
    let held = max(1, names.count / 3)
    for year in ["2016", "2017"] {
      try files.write(names.dropLast(held), to: "ImageSets/\(year)/train.txt")
      try files.write(names.suffix(held), to: "ImageSets/\(year)/val.txt")
    }
  }

  private static func name(_ frame: Int) -> String { String(format: "%05d", frame) }
}
