import Foundation
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: hasCodecs)) struct MaskLayoutTests {
  private let left = Box(x: 2, y: 3, width: 5, height: 4)
  private let right = Box(x: 10, y: 1, width: 6, height: 8)

  private func frames(_ names: [String], in path: String, of folder: TemporaryFolder) throws {
    for name in names { try Image(height: 12, width: 20).write(to: folder.file("\(path)/\(name)")) }
  }

  private func masks(_ box: Box, _ path: String, in folder: TemporaryFolder) throws {
    try Mask(box, height: 12, width: 20).image.write(to: folder.file(path))
  }

  @Test func davisToBeTestedOnHasTheFirstMaskAlone() throws {
    let folder = try TemporaryFolder()
    try frames(["00000.jpg", "00001.jpg"], in: "JPEGImages/480p/car", of: folder)
    try labelMap([1: left, 2: right]).write(to: folder.file("Annotations/480p/car/00000.png"))
    let car = try DAVISDataset(root: folder.url).sequence("car")
    #expect(try car.annotatedFrames == [0] && car.objects == [1, 2] && car.masks(1) == nil)
    #expect { try car.annotation(1) } throws: {
      "\($0)".hasSuffix("480p/car/00001.jpg: has no annotation 00001.png")
    }
  }

  @Test func segTrackHasAFolderForEachObject() throws {
    let folder = try TemporaryFolder()
    try frames(["f_0.png", "f_1.png", "f_2.png"], in: "JPEGImages/bmx", of: folder)
    for frame in 0..<2 {
      try masks(left, "GroundTruth/bmx/1/f_\(frame).png", in: folder)
      try masks(right, "GroundTruth/bmx/2/f_\(frame).png", in: folder)
    }
    try frames(["g_9.png", "g_10.png"], in: "JPEGImages/girl", of: folder)
    try masks(left, "GroundTruth/girl/g_9.png", in: folder)
    try masks(right, "GroundTruth/girl/g_10.png", in: folder)
    let dataset = try SegTrackDataset(root: folder.url)
    #expect(dataset.names == ["bmx", "girl"])
    let bmx = try dataset.sequence("bmx")
    #expect(bmx.objects == [1, 2] && bmx.annotatedFrames == [0, 1])
    #expect(try bmx.mask(1, object: 1)?.boundingBox == left && bmx.mask(1, object: 2)?.boundingBox == right)
    #expect(try bmx.masks(2) == nil)
    #expect(try dataset.sequence("girl").mask(1, object: 1)?.boundingBox == right)
    try FileManager.default.removeItem(at: folder.file("JPEGImages/girl/g_9.png"))
    #expect { try dataset.sequence("girl") } throws: {
      "\($0)".contains("girl/g_9.png: there is no such frame in")
    }
    #expect(try dataset.sequence("bmx").frameCount == 3, "the other is in nobody's way")
  }

  @Test func youTubeVOSIsAnnotatedNowAndThen() throws {
    let folder = try TemporaryFolder()
    try frames(["00000.jpg", "00005.jpg", "00010.jpg"], in: "JPEGImages/0a1", of: folder)
    try frames(["00000.jpg"], in: "JPEGImages/not-listed", of: folder)
    try labelMap([1: left]).write(to: folder.file("Annotations/0a1/00000.png"))
    try labelMap([1: left, 3: right]).write(to: folder.file("Annotations/0a1/00010.png"))
    let meta = """
      {"videos": {"0a1": {"objects": {
        "3": {"category": "dog", "frames": ["00010"]}, "1": {"frames": ["00000", "00010"], "category": "\\u00e9p\\n"}
      }}, "gone": {"objects": {}}}}
      """
    try folder.write(meta, to: "meta.json")
    let dataset = try YouTubeVOSDataset(root: folder.url)
    #expect(dataset.names == ["0a1", "gone"])
    let video = try dataset.sequence("0a1")
    #expect(try video.frameCount == 3 && video.annotatedFrames == [0, 2] && video.objects == [1, 3])
    #expect(try video.masks(1) == nil && video.mask(2, object: 3)?.boundingBox == right)
    #expect(
      video.details[3] == .init(category: "dog", frames: ["00010"]) && video.details[1]?.category == "ép\n")
    #expect { try dataset.sequence("gone") } throws: { "\($0)".hasSuffix("JPEGImages/gone: no such folder") }
    #expect(throws: DatasetError.unknownSequence("not-listed", known: ["0a1", "gone"])) {
      try dataset.sequence("not-listed")
    }

    try FileManager.default.removeItem(at: folder.file("meta.json"))
    let bare = try YouTubeVOSDataset(root: folder.url)
    #expect(try bare.names == ["0a1", "not-listed"] && bare.sequence("0a1").objects == [1, 3])
    try folder.write("{\"videos\":\n {\"0a1\": {\"objects\": {\"300\": {}}}}}", to: "meta.json")
    #expect { try YouTubeVOSDataset(root: folder.url) } throws: {
      "\($0)".contains("meta.json:2: byte")
        && "\($0)".hasSuffix("object '300' before this: objects are 1 to 255")
    }
  }

  @Test func layoutsAreToldByTheirFolders() throws {
    let paths: [MaskLayout: [String]] = [
      .davis: ["JPEGImages/480p"], .youtubeVOS: ["JPEGImages", "Annotations"],
      .youtubeVIS: ["JPEGImages", "instances.json"], .segTrack: ["JPEGImages", "GroundTruth"],
      .coco: ["annotations"],
    ]
    for layout in MaskLayout.allCases {
      let folder = try TemporaryFolder()
      for path in paths[layout]! { _ = try folder.file("\(path)/x") }
      #expect(try MaskLayout(of: folder.url) == layout)
    }
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.self) { try MaskLayout(of: folder.url) }
    try folder.writeSequence("swan", annotations: [labelMap([1: left])])
    let opened = try MaskLayout(of: folder.url).open(folder.url)
    #expect(try opened.names == ["swan"] && opened.sequences[0].mask(0, object: 1)?.boundingBox == left)
  }
}
