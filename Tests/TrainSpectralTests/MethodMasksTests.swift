import Datasets
import Foundation
import TestSupport
import Testing
import Vision

@testable import TrainSpectral

@Suite(.enabled(if: hasCodecs)) struct MethodMasksTests {
  /// A sequence `a` of two frames, with the masks of two methods.
  private func dataset(_ folder: Workplace) throws -> DAVISDataset {
    let box = Mask(Box(x: 3, y: 2, width: 8, height: 5), height: 12, width: 20)
    let other = Mask(Box(x: 12, y: 2, width: 4, height: 4), height: 12, width: 20)
    let both = IndexedImage(
      height: 12, width: 20, indices: zip(box.values, other.values).map { $0 + 2 * $1 })
    for frame in 0..<2 {
      try Image(height: 12, width: 20).write(to: folder.file("JPEGImages/480p/a/0000\(frame).jpg"))
      try box.image.write(to: folder.file("Annotations/480p/a/0000\(frame).png"))
      try both.write(to: folder.file("masks/palette/a/0000\(frame).png"))
      try Image(height: 12, width: 20, channels: 1, filledWith: UInt8(60 + frame))
        .write(to: folder.file("masks/soft/a/0000\(frame).png"))
    }
    return try DAVISDataset(root: folder.folder)
  }

  @Test func mapsAndGreyLevelsAreRead() throws {
    let folder = try Workplace()
    let sequences = try dataset(folder).sequences
    let masks = try MethodMasks(contentsOf: folder.folder.appending(path: "masks"), for: sequences)
    #expect(masks.methods == ["palette", "soft"])
    let map = try masks.softMask("palette", sequences[0], frame: 0)
    #expect(map[4, 3, 0] == 255 && map[13, 3, 0] == 255 && map[0, 0, 0] == 0, "every object counts")
    #expect(try masks.softMask("soft", sequences[0], frame: 1)[5, 5, 0] == 61)
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try Workplace()
    let sequences = try dataset(folder).sequences
    let root = folder.folder.appending(path: "masks")
    #expect(throws: DatasetError.missingFolder(path: folder.folder.path + "/none")) {
      try MethodMasks(contentsOf: folder.folder.appending(path: "none"), for: sequences)
    }
    let file = try folder.file("masks/soft/a/00001.png")
    try Image(height: 6, width: 10, channels: 1).write(to: file)
    let masks = try MethodMasks(contentsOf: root, for: sequences)
    #expect(
      throws: DatasetError.sizeMismatch(
        path: file.path, height: 6, width: 10, expectedHeight: 12, expectedWidth: 20)
    ) { try masks.softMask("soft", sequences[0], frame: 1) }
    try FileManager.default.removeItem(at: file)
    #expect(throws: DatasetError.missingMask(path: file.path)) {
      try MethodMasks(contentsOf: root, for: sequences)
    }
  }
}
