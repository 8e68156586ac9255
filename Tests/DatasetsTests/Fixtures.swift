import Foundation
import Vision

@testable import Datasets

/// Whether this build can write and read the files of a DAVIS folder.
let hasCodecs = ImageFormat.allCases.allSatisfy(\.isBuiltIn)

/// A new folder that goes away with the value.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "evaluation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The URL of a path inside, whose folder is made.
  func file(_ path: String) throws -> URL {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return file
  }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: file(path))
  }

  /// Writes a DAVIS sequence of grey frames with the given label maps.
  func writeSequence(_ name: String, annotations: [IndexedImage]) throws {
    for (frame, map) in annotations.enumerated() {
      let image = Image(height: 12, width: 20, filledWith: UInt8(100 + frame))
      try image.write(to: file("JPEGImages/480p/\(name)/0000\(frame).jpg"))
      try map.write(to: file("Annotations/480p/\(name)/0000\(frame).png"))
    }
  }
}

/// A label map with filled boxes, a palette map unless `levels` are grey.
func labelMap(
  _ boxes: [UInt8: Box], height: Int = 12, width: Int = 20, isGrey: Bool = false
) -> IndexedImage {
  var indices = [UInt8](repeating: 0, count: width * height)
  for (label, box) in boxes {
    for (pixel, value) in Mask(box, height: height, width: width).values.enumerated() where value == 1 {
      indices[pixel] = label
    }
  }
  return isGrey
    ? IndexedImage(height: height, width: width, indices: indices, palette: [])
    : IndexedImage(height: height, width: width, indices: indices)
}

/// A video in memory: grey frames with filled boxes as objects.
struct BoxVideo: VideoSequence {
  var name = "boxes"
  var width = 64
  var height = 40
  /// By object, its box in each frame.
  var tracks: [Int: [Box?]]

  var frameCount: Int { tracks.values.first!.count }
  var objects: [Int] { tracks.keys.sorted() }

  /// The object is bright on dark ground, so that the image shows where it went.
  func image(_ frame: Int) throws -> Image {
    let object = try mask(frame, object: objects[0])
    return Image(
      height: height, width: width, channels: 3,
      pixels: object.values.flatMap { [UInt8](repeating: 40 + 160 * $0, count: 3) })
  }

  func mask(_ frame: Int, object: Int) throws -> Mask {
    guard let box = tracks[object]![frame] else { return Mask(height: height, width: width) }
    return Mask(box, height: height, width: width)
  }
}
