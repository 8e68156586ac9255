import Foundation
import Tensor
import Vision

/// A file of boxes, as trackers leave them and annotations give them: one a line, `x,y,width,height` in pixels, separated
/// by commas, semicolons, tabs or spaces. Of a polygon, `x,y,x,y,…` of three corners or more, the box around it is taken.
public struct BoxFile: Sendable, Equatable {
  /// One box per frame; nil where there is none, or the tracker lost its object: the line is empty, has NaNs, or its box
  /// no area. Empty lines at the end are none.
  public var boxes: [Box?]

  /// The given boxes.
  public init(boxes: [Box?]) { self.boxes = boxes }

  /// Reads a file. `origin` is what the file calls the left edge of the image's first column, and the upper edge of its
  /// first row: 1 in files that were made for MATLAB, as OTB's. With `keepsEmpty` boxes without area stay, as toolkits have
  /// it of trackers' results: they overlap nothing, but have a centre.
  /// - Throws: `DatasetError.badLine` or `.inaccessible`.
  public init(contentsOf url: URL, origin: Double = 0, keepsEmpty: Bool = false) throws {
    let rows = try TextFile(url).rows("x,y,width,height") { $0 == 4 || $0 >= 6 && $0.isMultiple(of: 2) }
    boxes = rows.map { row in
      guard !row.isEmpty, row.allSatisfy(\.isFinite) else { return nil }
      var box = Box(x: row[0], y: row[1], width: row[2], height: row[3])
      if row.count > 4 {
        let corners = stride(from: 0, to: row.count, by: 2).map { Point(row[$0], row[$0 + 1]) }
        box = Region.polygon(corners).boundingBox
      }
      return box.isEmpty && !keepsEmpty ? nil : box.translated(x: -origin, y: -origin)
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

  /// No tracker's.
  init() {}

  /// Adds a tracker's boxes of an object, one for each frame.
  mutating func add(_ boxes: [Box?], sequence: String, object: Int) {
    tracks[sequence, default: [:]][object, default: []].append(boxes)
  }

  /// Reads what there is for the given sequences; trackers need not have them all.
  /// - Throws: `DatasetError`: where a file is malformed or has another number of boxes than its sequence has
  ///   frames, or where there is no file for any of the sequences.
  public init(contentsOf folder: URL, for sequences: [any MaskAnnotated]) throws {
    for tracker in try Folder.list(folder, where: Folder.isFolder) {
      for sequence in sequences {
        let objects = try sequence.objects
        for object in objects {
          var names = ["\(sequence.name)-\(object).txt"]
          if objects.count == 1 { names.append("\(sequence.name).txt") }
          let files = names.map { tracker.appending(path: $0) }
          guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            continue
          }
          let boxes = try BoxFile(contentsOf: file).boxes
          guard boxes.count == sequence.frameCount else {
            throw DatasetError.boxCount(path: file.path, boxes: boxes.count, frames: sequence.frameCount)
          }
          add(boxes, sequence: sequence.name, object: object)
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
