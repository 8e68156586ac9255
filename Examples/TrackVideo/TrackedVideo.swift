import Datasets
import Foundation
import NN
import Vision

/// What a tracker made of a video.
struct TrackedVideo {
  /// The target's box in each frame.
  private(set) var boxes: [Box?] = []
  /// How long tracking took, without reading the frames.
  private(set) var seconds = 0.0

  /// Tracks from the first frame on, until the video ends or an interrupt.
  init(_ frames: FrameFolder, _ box: Box, _ tracker: inout any Tracker) throws {
    var bar = ProgressBar(frames.name, count: frames.files.count)
    defer { bar.finish() }
    for (index, file) in frames.files.enumerated() where !Program.isInterrupted {
      let frame = try Image(contentsOf: file, as: .rgb)
      let start = ContinuousClock.now
      if index == 0 {
        try tracker.start(frame, on: .box(box))
        boxes.append(box)
      } else {
        boxes.append(try tracker.track(frame).region.boundingBox)
        seconds += (ContinuousClock.now - start) / .seconds(1)
      }
      bar.advance(String(format: "%.0f frames a second", Double(index) / max(seconds, 1e-9)))
    }
  }

  /// Frames spread over the video, with the box on them.
  func overlays(_ frames: FrameFolder) throws -> Image {
    let count = min(12, boxes.count)
    let pictures = try (0..<count).map { index in
      let frame = count == 1 ? 0 : index * (boxes.count - 1) / (count - 1)
      var image = try Image(contentsOf: frames.files[frame], as: .rgb)
      if let box = boxes[frame] { image.draw(box, color: .yellow) }
      image.draw("\(frame)", x: 6, y: 6, color: .white, unit: 2, plate: .black)
      return image.resized(longestSide: 320)
    }
    return Image.grid(pictures, columns: 4)
  }
}
