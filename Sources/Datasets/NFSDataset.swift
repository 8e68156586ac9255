import Foundation
import Vision

/// A folder in the layout of Need for Speed (Kiani Galoogahi et al., ICCV 2017): frames in `SEQUENCE/30/SEQUENCE/*.jpg` and
/// `SEQUENCE/240/SEQUENCE/*.jpg`, and the target's boxes in `SEQUENCE/30/SEQUENCE.txt` and `SEQUENCE/240/SEQUENCE.txt`:
/// `id left top right bottom frame lost occluded generated "name"` a line.
public struct NFSDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The frames of a second: 30, with the blur that they have, or 240.
  public let framesPerSecond: Int
  /// The sequences' names.
  public let names: [String]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL, framesPerSecond: Int = 30) throws {
    (self.root, self.framesPerSecond) = (root, framesPerSecond)
    names = try Folder.list(root) { Folder.isFolder($0.appending(path: "\(framesPerSecond)")) }
      .map(\.lastPathComponent)
    guard !names.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "SEQUENCE/\(framesPerSecond)/SEQUENCE.txt")
    }
  }

  /// Opens a sequence.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> NFSSequence {
    guard names.contains(name) else { throw DatasetError.unknownSequence(name, known: names) }
    return try NFSSequence(root.appending(path: "\(name)/\(framesPerSecond)/\(name)"))
  }

  /// The boxes of a file of annotations; nil where the target is lost.
  /// - Throws: `DatasetError`.
  public static func boxes(_ file: URL) throws -> [Box?] {
    let text = try TextFile(file)
    return try text.lines.enumerated().map { index, line in
      // The name, in quotes, may hold anything.
      let words = line.prefix { $0 != "\"" }.split(whereSeparator: \.isWhitespace)
      let numbers = words.prefix(7).compactMap { Double($0) }
      guard words.count >= 7, numbers.count == 7 else {
        throw text.badLine(index, "id left top right bottom frame lost … \"name\"")
      }
      let box = Box(
        x: numbers[1], y: numbers[2], width: numbers[3] - numbers[1], height: numbers[4] - numbers[2])
      return numbers.allSatisfy(\.isFinite) && numbers[6] == 0 && !box.isEmpty ? box : nil
    }
  }
}

/// One sequence of Need for Speed.
public struct NFSSequence: BoxAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a line, from the first on.
  public let annotatedFrames: [Int]
  private let boxes: [Box?]

  init(_ folder: URL) throws {
    frames = try FrameFolder(folder)
    let truth = folder.appendingPathExtension("txt")
    var boxes = try NFSDataset.boxes(truth)
    // Some files of 30 frames a second have the lines of 240.
    if (7.5..<8.5).contains(Double(boxes.count) / Double(frames.frameCount)) {
      boxes = stride(from: 0, to: boxes.count, by: 8).map { boxes[$0] }
    }
    // And some one frame more, or one less.
    if boxes.count == frames.frameCount + 1 { boxes.removeLast() }
    if boxes.count != frames.frameCount - 1 { try frames.check(boxes.count, linesOf: truth) }
    self.boxes = boxes
    annotatedFrames = Array(boxes.indices)
  }

  /// The target's box in a frame; nil where it is lost, or the frame has no line.
  public func region(_ frame: Int) -> Region? {
    boxes.indices.contains(frame) ? boxes[frame].map { .box($0) } : nil
  }
}
