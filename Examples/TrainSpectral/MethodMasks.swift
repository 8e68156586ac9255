import Datasets
import Foundation
import Vision

/// The masks that several methods published for the sequences of a data set: `METHOD/SEQUENCE/*.png`, under the names of
/// the frames. Palette maps of objects, binary masks, or grey levels that tell how sure a method is.
struct MethodMasks: Sendable {
  /// The methods, by name.
  let methods: [String]
  private let root: URL

  /// Lists a folder of methods, and checks that each has a mask for every frame of the sequences.
  /// - Throws: `DatasetError`.
  init(contentsOf folder: URL, for sequences: [any MaskAnnotated & FolderSequence]) throws {
    let found = try Folder.list(folder, where: Folder.isFolder)
    guard !found.isEmpty else {
      throw DatasetError.emptyFolder(path: folder.path, wanted: "folders METHOD/SEQUENCE of masks")
    }
    methods = found.map(\.lastPathComponent)
    root = folder
    for method in found {
      for sequence in sequences {
        let own = method.appending(path: sequence.name)
        let there = Set(try Folder.list(own) { $0.pathExtension == "png" }.map(\.lastPathComponent))
        let wanted = (0..<sequence.frameCount).map { sequence.frames.frameName($0) + ".png" }
        if let missing = wanted.first(where: { !there.contains($0) }) {
          throw DatasetError.missingMask(path: own.appending(path: missing).path)
        }
      }
    }
  }

  /// A method's mask of a frame as grey levels: 255 where it surely sees an object, of whatever number.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where it is not of the frames' size.
  func softMask(_ method: String, _ sequence: some FolderSequence, frame: Int) throws -> Image {
    let file = root.appending(path: "\(method)/\(sequence.name)/\(sequence.frames.frameName(frame)).png")
    let mask = try Image.softMask(contentsOf: file)
    let size = try sequence.size(frame)
    guard (mask.height, mask.width) == size else {
      throw DatasetError.sizeMismatch(
        path: file.path, height: mask.height, width: mask.width, expectedHeight: size.height,
        expectedWidth: size.width)
    }
    return mask
  }
}
