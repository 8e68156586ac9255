import Foundation
import Tensor
import Vision

/// A tracker's result file: one box a line, `x,y,width,height` in pixels, separated by commas, tabs or spaces.
public struct BoxFile: Sendable, Equatable {
  /// One box per frame; nil where the tracker lost its object: the line is empty, has NaNs, or its box no area.
  public var boxes: [Box?]

  /// The given boxes.
  public init(boxes: [Box?]) { self.boxes = boxes }

  /// Reads a file.
  /// - Throws: `DatasetError.badLine` or `.inaccessible`.
  public init(contentsOf url: URL) throws {
    var lines = try Folder.text(of: url).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    boxes = try lines.enumerated().map { index, line in
      let words = line.split { $0 == "," || $0.isWhitespace }
      if words.isEmpty { return nil }
      let numbers = words.compactMap { Double($0) }
      guard words.count == 4, numbers.count == 4 else {
        throw DatasetError.badLine(
          path: url.path, line: index + 1, reason: "\"\(line)\" is not x,y,width,height")
      }
      guard numbers.allSatisfy(\.isFinite), numbers[2] > 0, numbers[3] > 0 else { return nil }
      return Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }
  }

  /// Writes a file, under a temporary name first; lost boxes become `nan,nan,nan,nan`.
  /// - Throws: `DatasetError.inaccessible`.
  public func write(to url: URL) throws {
    let lines = boxes.map { box in
      guard let box else { return "nan,nan,nan,nan\n" }
      return "\(box.x),\(box.y),\(box.width),\(box.height)\n"
    }
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.joined(), to: url)
    } catch {
      throw DatasetError.inaccessible(path: url.path, reason: "cannot be written: \(error.reason)")
    }
  }
}

/// The boxes that trackers gave for the objects of some sequences, read from result files:
/// `TRACKER/SEQUENCE-OBJECT.txt`, or `TRACKER/SEQUENCE.txt` where the sequence has one object.
public struct TrackerBoxes: Sendable {
  /// By sequence name and object: for each tracker that has the object, its box in each frame.
  private var tracks: [String: [Int: [[Box?]]]] = [:]

  /// Reads what there is for the given sequences; trackers need not have them all.
  /// - Throws: `DatasetError`: where a file is malformed or has another number of boxes than its sequence has
  ///   frames, or where there is no file for any of the sequences.
  public init(contentsOf folder: URL, for sequences: [any VideoSequence]) throws {
    for tracker in try Folder.list(folder, where: Folder.isFolder) {
      for sequence in sequences {
        for object in sequence.objects {
          var names = ["\(sequence.name)-\(object).txt"]
          if sequence.objects.count == 1 { names.append("\(sequence.name).txt") }
          let files = names.map { tracker.appending(path: $0) }
          guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            continue
          }
          let boxes = try BoxFile(contentsOf: file).boxes
          guard boxes.count == sequence.frameCount else {
            throw DatasetError.boxCount(path: file.path, boxes: boxes.count, frames: sequence.frameCount)
          }
          tracks[sequence.name, default: [:]][object, default: []].append(boxes)
        }
      }
    }
    if tracks.isEmpty {
      throw DatasetError.emptyFolder(path: folder.path, wanted: "TRACKER/SEQUENCE.txt of these sequences")
    }
  }

  /// The trackers' boxes of an object in a frame; nil where a tracker had lost it.
  public func boxes(sequence: String, object: Int, frame: Int) -> [Box?] {
    (tracks[sequence]?[object] ?? []).map { $0[frame] }
  }
}
