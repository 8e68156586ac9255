import Evaluation
import Foundation
import Testing
import Vision

@Suite(.enabled(if: hasCodecs)) struct MethodMasksTests {
  private let box = Box(x: 3, y: 2, width: 8, height: 5)

  /// A sequence `a` of two frames, with the masks of two methods.
  private func dataset(_ folder: TemporaryFolder) throws -> DAVISDataset {
    try folder.writeSequence("a", annotations: [labelMap([1: box]), labelMap([1: box])])
    for frame in 0..<2 {
      try labelMap([1: box, 2: Box(x: 12, y: 2, width: 4, height: 4)])
        .write(to: folder.file("masks/palette/a/0000\(frame).png"))
      try Image(height: 12, width: 20, channels: 1, filledWith: UInt8(60 + frame))
        .write(to: folder.file("masks/soft/a/0000\(frame).png"))
    }
    return try DAVISDataset(root: folder.url)
  }

  @Test func mapsAndGreyLevelsAreRead() throws {
    let folder = try TemporaryFolder()
    let sequences = try dataset(folder).sequences
    let masks = try MethodMasks(contentsOf: folder.url.appending(path: "masks"), for: sequences)
    #expect(masks.methods == ["palette", "soft"])
    let map = try masks.softMask("palette", sequences[0], frame: 0)
    #expect(map[4, 3, 0] == 255 && map[13, 3, 0] == 255 && map[0, 0, 0] == 0, "every object counts")
    #expect(try masks.softMask("soft", sequences[0], frame: 1)[5, 5, 0] == 61)
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try TemporaryFolder()
    let sequences = try dataset(folder).sequences
    let root = folder.url.appending(path: "masks")
    #expect(throws: DatasetError.missingFolder(path: folder.url.path + "/none")) {
      try MethodMasks(contentsOf: folder.url.appending(path: "none"), for: sequences)
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
