import Foundation
import NN
import Vision

/// What a tracker made of a video.
struct TrackedVideo {
  /// The target's box in each frame.
  private(set) var boxes: [Box?] = []
  /// How long tracking took, without reading and drawing the frames.
  private(set) var seconds = 0.0
  /// Why the next frame can't be read, where the video doesn't go on to its end.
  private(set) var failure: (any Error)?
  /// Frames spread over the video, with the target on them.
  private(set) var pictures: [Image] = []

  /// Tracks from the first frame on, until the video ends, can't be read any further, or an interrupt. Frames come and go one by one; with
  /// the target on them they become a film, where one is wanted, and its pixels files in a folder.
  init(_ video: Video, _ box: Box, _ tracker: inout any Tracker, film: VideoWriter?, masks: URL) throws {
    let count = video.frameCount
    let shown = Set((0..<min(12, count)).map { $0 * (count - 1) / max(1, min(12, count) - 1) })
    var bar = ProgressBar(video.name, count: count)
    defer { bar.finish() }
    for frame in 0..<count where !Program.isInterrupted {
      let image: Image
      do { image = try video.image(frame) } catch {
        failure = error
        return
      }
      let start = ContinuousClock.now
      var target = TrackedTarget(.box(box))
      if frame == 0 {
        try tracker.start(image, on: target.region)
        boxes.append(box)
      } else {
        target = try tracker.track(image)
        boxes.append(target.region.boundingBox)
        seconds += (ContinuousClock.now - start) / .seconds(1)
      }
      if let mask = target.mask {
        if frame == 1 {
          try FileManager.default.createDirectory(at: masks, withIntermediateDirectories: true)
        }
        try IndexedImage(height: mask.height, width: mask.width, indices: mask.values)
          .write(to: masks.appending(path: Self.name(of: frame, in: video) + ".png"))
      }
      let picture = Self.picture(image, target, frame)
      if shown.contains(frame) { pictures.append(picture.resized(longestSide: 320)) }
      // The frames of a folder may differ in size.
      try film?.append(picture.resized(height: video.height, width: video.width))
      bar.advance(String(format: "%.0f frames a second", Double(frame) / max(seconds, 1e-9)))
    }
  }

  /// A frame's name: its file's in a folder, its number in a video.
  private static func name(of frame: Int, in video: Video) -> String {
    video.files.isEmpty
      ? String(format: "%05d", frame) : video.files[frame].deletingPathExtension().lastPathComponent
  }

  private static func picture(_ image: Image, _ target: TrackedTarget, _ frame: Int) -> Image {
    var picture = image
    if let mask = target.mask { picture.overlay(mask, color: .yellow, contour: 2) }
    picture.draw(target.mask == nil ? target.region : .box(target.region.boundingBox), color: .yellow)
    picture.draw("\(frame)", x: 6, y: 6, color: .white, unit: 2, plate: .black)
    return picture
  }
}
