import Foundation
import Tensor
import Vision

/// A file of the VOT challenges with a line for each frame: the target's annotation, or what a tracker told in one run.
public struct VOTTrajectory: Sendable, Equatable {
  /// One entry per frame.
  public var entries: [VOTRegion]

  /// The given entries.
  public init(entries: [VOTRegion]) { self.entries = entries }

  /// Reads a file: a text, or where its name ends in `.bin` the binary one of VOT's Python toolkit.
  /// - Throws: `DatasetError.badLine` or `.inaccessible`.
  public init(contentsOf url: URL) throws {
    if url.pathExtension == "bin" {
      guard let data = FileManager.default.contents(atPath: url.path) else {
        throw DatasetError.inaccessible(path: url.path, reason: "the file cannot be read")
      }
      guard let entries = VOTBinary.entries([UInt8](data)) else {
        throw DatasetError.inaccessible(path: url.path, reason: "is no binary file of VOT's toolkit")
      }
      self.entries = entries
      return
    }
    let file = try TextFile(url)
    entries = try file.lines.enumerated().map { index, line in
      guard let entry = VOTRegion(line) else {
        throw file.badLine(index, "a box, a polygon, a mask of fitting runs, 0, 1 or 2")
      }
      return entry
    }
  }

  /// Writes a file, under a temporary name first.
  /// - Throws: `DatasetError.inaccessible`.
  public func write(to url: URL) throws {
    do throws(WholeFile.Failure) {
      try WholeFile.write(entries.map { $0.text + "\n" }.joined(), to: url)
    } catch {
      throw DatasetError.inaccessible(path: url.path, reason: "cannot be written: \(error.reason)")
    }
  }
}
