import Foundation
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: hasCodecs)) struct DAVISDatasetTests {
  private let left = Box(x: 2, y: 3, width: 5, height: 4)
  private let right = Box(x: 10, y: 1, width: 6, height: 8)

  @Test func binaryMasksShowOneObject() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence(
      "swan", annotations: [labelMap([255: left], isGrey: true), labelMap([255: right], isGrey: true)])
    let sequence = try DAVISDataset(root: folder.url).sequence("swan")
    #expect(try sequence.objects == [1])
    #expect(sequence.frameCount == 2)
    #expect(try sequence.size(0) == (12, 20))
    #expect(try sequence.mask(0, object: 1)?.boundingBox == left)
    #expect(try sequence.mask(1, object: 1)?.boundingBox == right)
    #expect(try sequence.image(1).channels == 3)
    #expect(abs(Int(try sequence.image(1)[4, 4, 0]) - 101) <= 2, "frames come in the order of their names")
  }

  @Test func binaryMasksMayBeStoredInColour() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("bear", annotations: [labelMap([1: left])])
    let mask = Mask(left, height: 12, width: 20).image
    let colour = Image(height: 12, width: 20, channels: 3, pixels: mask.pixels.flatMap { [$0, $0, $0] })
    try colour.write(to: folder.file("Annotations/480p/bear/00000.png"))
    let sequence = try DAVISDataset(root: folder.url).sequence("bear")
    #expect(try sequence.objects == [1])
    #expect(try sequence.mask(0, object: 1)?.boundingBox == left)
  }

  @Test func paletteMasksShowEachObjectByItself() throws {
    let folder = try TemporaryFolder()
    let unannotated = Box(x: 0, y: 0, width: 1, height: 1)
    try folder.writeSequence(
      "dogs", annotations: [labelMap([1: left, 4: right, 255: unannotated]), labelMap([4: left])])
    let sequence = try DAVISDataset(root: folder.url).sequence("dogs")
    #expect(try sequence.objects == [1, 4])
    #expect(try sequence.mask(0, object: 1)?.boundingBox == left)
    #expect(try sequence.mask(0, object: 4)?.boundingBox == right)
    #expect(try sequence.mask(1, object: 1)?.area == 0, "hidden")
  }

  @Test func sequencesAreSortedOrThoseOfAList() throws {
    let folder = try TemporaryFolder()
    for name in ["cow", "ant", "bee"] { try folder.writeSequence(name, annotations: [labelMap([1: left])]) }
    try folder.write("cow\nant\n", to: "ImageSets/2017/train.txt")
    #expect(try DAVISDataset(root: folder.url).sequences.map(\.name) == ["ant", "bee", "cow"])
    #expect(try DAVISDataset(root: folder.url, list: "2017/train").sequences.map(\.name) == ["cow", "ant"])
    #expect(throws: DatasetError.unknownSequence("fox", known: ["ant", "bee", "cow"])) {
      try DAVISDataset(root: folder.url).sequence("fox")
    }
  }

  @Test func sequencesMayBeLinks() throws {
    let elsewhere = try TemporaryFolder()
    try elsewhere.writeSequence("swan", annotations: [labelMap([1: left])])
    let folder = try TemporaryFolder()
    for kind in ["JPEGImages", "Annotations"] {
      try FileManager.default.createSymbolicLink(
        at: folder.file("\(kind)/480p/linked"),
        withDestinationURL: elsewhere.file("\(kind)/480p/swan"))
    }
    #expect(try DAVISDataset(root: folder.url).sequences.map(\.name) == ["linked"])
  }

  @Test func aMissingFolderAndEmptyFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.missingFolder(path: folder.url.appending(path: "JPEGImages/480p").path)) {
      try DAVISDataset(root: folder.url)
    }
    _ = try folder.file("JPEGImages/480p/.hidden/x")
    #expect { try DAVISDataset(root: folder.url) } throws: {
      "\($0)".hasSuffix("480p: holds no folders of frames")
    }
    _ = try folder.file("JPEGImages/480p/empty/x")
    #expect { try DAVISDataset(root: folder.url).sequences } throws: {
      "\($0)".hasSuffix("empty: holds no PNG or JPEG files")
    }
  }

  @Test func aFrameWithoutAnnotationIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("swan", annotations: Array(repeating: labelMap([1: left]), count: 3))
    try FileManager.default.removeItem(at: folder.file("Annotations/480p/swan/00001.png"))
    #expect { try DAVISDataset(root: folder.url).sequences } throws: {
      "\($0)".contains("swan/00001.jpg: has no annotation") && !"\($0)".contains("\n")
    }
  }

  @Test func masksOfAnotherSizeAreRefused() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("swan", annotations: [labelMap([1: left]), labelMap([1: left], width: 10)])
    let sequence = try DAVISDataset(root: folder.url).sequence("swan")
    #expect { try sequence.masks(1) } throws: {
      "\($0)".hasSuffix("swan/00001.png: is 12×10, but its sequence's frames are 12×20")
    }
  }

  @Test func framesMayChangeTheirSize() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("swan", annotations: [labelMap([1: left]), labelMap([1: left], width: 30)])
    try Image(height: 12, width: 30).write(to: folder.file("JPEGImages/480p/swan/00001.jpg"))
    let sequence = try DAVISDataset(root: folder.url).sequence("swan")
    #expect(try sequence.size(0) == (12, 20) && sequence.size(1) == (12, 30))
    #expect(try sequence.mask(1, object: 1)?.boundingBox == left)
    #expect(try BoxGuidedSamples([sequence], longestSide: 20).plain(1).image.width == 32)
  }

  @Test func objectsMayAppearAfterTheFirstFrame() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence(
      "dogs", annotations: [labelMap([:]), labelMap([3: left]), labelMap([1: right, 3: left])])
    let sequence = try DAVISDataset(root: folder.url).sequence("dogs")
    #expect(try sequence.objects == [1, 3])
    #expect(try BoxGuidedSamples([sequence]).count == 6)
  }

  @Test func aSequenceWithoutObjectsIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("fog", annotations: [labelMap([:])])
    let sequence = try DAVISDataset(root: folder.url).sequence("fog")
    #expect { try sequence.objects } throws: { "\($0)".hasSuffix("480p/fog: shows no object") }
  }

  @Test func brokenFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.writeSequence("swan", annotations: [labelMap([1: left])])
    try folder.write("no image", to: "Annotations/480p/swan/00000.png")
    let sequence = try DAVISDataset(root: folder.url).sequence("swan")
    #expect { try sequence.objects } throws: { "\($0)".contains("00000.png: not an image") }
  }
}
