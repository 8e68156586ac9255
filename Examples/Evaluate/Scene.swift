import Datasets
import Foundation
import Vision

/// What is true of a sequence's target and what trackers said, frame by frame.
struct Scene {
  /// Where something is in a frame; nil where it is nowhere, or nobody says.
  typealias Regions = (_ frame: Int) throws -> Region?

  /// The number of frames.
  var frameCount: Int
  var truth: Regions
  /// By tracker.
  var results: [String: Regions] = [:]

  /// Boxes, one for each frame.
  static func regions(_ boxes: [Box?]) -> Regions {
    { $0 < boxes.count ? boxes[$0].map { .box($0) } : nil }
  }

  /// Frames spread over the sequence, side by side, with the truth in white and the trackers' regions in colours.
  func picture(_ frames: FrameFolder, _ trackers: [(name: String, color: Color)]) throws -> Image {
    let count = min(4, frameCount, frames.files.count)
    let chosen = (0..<count).map { (2 * $0 + 1) * min(frameCount, frames.files.count) / (2 * count) }
    let tiles = try chosen.map { frame in
      var image = try frames.image(frame)
      let thickness = max(2, image.width / 240)
      try Self.draw(truth(frame), color: .white, opacity: 0, thickness: thickness + 2, on: &image)
      for tracker in trackers {
        let region = try results[tracker.name]?(frame)
        Self.draw(region, color: tracker.color, opacity: 0.3, thickness: thickness, on: &image)
      }
      return image.resized(longestSide: 360)
    }
    return Image.grid(tiles, columns: count, captions: chosen.map { "frame \($0)" }, gap: 4)
  }

  private static func draw(
    _ region: Region?, color: Color, opacity: Double, thickness: Int, on image: inout Image
  ) {
    guard case .mask = region else {
      if let region { image.draw(region, color: color, thickness: thickness) }
      return
    }
    let mask = Mask(of: region!, height: image.height, width: image.width)
    image.overlay(mask, color: color, opacity: opacity, contour: thickness)
  }
}

extension Report {
  /// Has a tracker's boxes beside the true ones in the pictures.
  mutating func show(_ results: [(truth: TrueBoxes, boxes: [Box?])], of tracker: String) {
    for (truth, boxes) in results { show(truth.name, boxes, of: tracker, truth: truth.boxes) }
  }

  /// Has a tracker's boxes of a sequence beside the true ones in the pictures.
  mutating func show(_ sequence: String, _ boxes: [Box?], of tracker: String, truth: [Box?]) {
    show(sequence, frameCount: truth.count, Scene.regions(boxes), of: tracker, truth: Scene.regions(truth))
  }

  /// Has a tracker's regions of a sequence beside the true ones in the pictures.
  mutating func show(
    _ sequence: String, frameCount: Int, _ regions: @escaping Scene.Regions, of tracker: String,
    truth: @escaping Scene.Regions
  ) {
    scenes[sequence, default: Scene(frameCount: frameCount, truth: truth)].results[tracker] = regions
  }
}

/// Where the frames of sequences are.
struct FrameFolders {
  /// The folders in which sequences' folders may be, or folders of a data set.
  let roots: [URL]

  /// The frames of a sequence, in the layouts of OTB, VOT, GOT-10k, LaSOT, NFS, UAV123, DAVIS, TrackingNet, or as
  /// `SEQUENCE/*.jpg`; nil where there are none. The second target of `SEQUENCE`, `SEQUENCE-2`, is in its frames.
  func frames(of sequence: String) -> FrameFolder? {
    let stem = sequence.replacing(/-[0-9]+$/, with: "")
    let places = [sequence, stem].flatMap { name in
      [
        "\(name)/img", "\(name)/color", "\(stem)/\(name)/img", "\(name)/30/\(name)",
        "data_seq/UAV123/\(name)",
        "JPEGImages/480p/\(name)", "frames/\(name)", name,
      ]
    }
    for root in roots {
      for place in places {
        let folder = root.appending(path: place)
        if Folder.isFolder(folder), let frames = try? FrameFolder(folder) { return frames }
      }
    }
    return nil
  }
}
