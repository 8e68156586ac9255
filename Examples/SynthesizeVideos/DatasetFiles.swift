import Datasets
import Foundation
import NN
import Tensor
import Vision

/// The files of a data set that is being written.
struct DatasetFiles {
  private let root: OutputFolder

  init(_ root: URL) throws { self.root = try OutputFolder(root) }

  /// Frames are JPEGs where this build has them.
  let frameExtension = ImageFormat.jpeg.isBuiltIn ? "jpg" : "png"

  /// The URL of a file, whose folder is made.
  func file(_ path: String) throws -> URL {
    let file = root.file(path), folder = file.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.inaccessible(path: folder.path, reason: "the folder can't be made")
    }
    return file
  }

  /// Writes lines of text.
  func write(_ lines: some Sequence<String>, to path: String) throws {
    let file = try file(path)
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.map { $0 + "\n" }.joined(), to: file)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "cannot be written: \(error.reason)")
    }
  }

  /// Writes a video's frames as numbers of so many digits.
  func writeFrames(of video: DrawnVideo, to folder: String, from first: Int = 1, digits: Int) throws {
    for frame in 0..<video.frameCount {
      let name = String(format: "%0\(digits)d", first + frame)
      try video.sequence.image(frame).write(to: file("\(folder)/\(name).\(frameExtension)"))
    }
  }
}

/// How a data set lies on disk.
protocol Layout {
  /// Writes a video's frames and what is known of them.
  func write(_ video: DrawnVideo) throws
  /// Writes what a tracker makes of a video.
  func write(_ tracker: SimulatedTracker, on video: DrawnVideo) throws
  /// Writes the lists of all videos.
  func writeLists(_ names: [String]) throws
}
