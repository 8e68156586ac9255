import Foundation
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: hasCodecs)) struct InstanceTests {
  private func segmentation(_ text: String) throws -> Segmentation {
    var cursor = JSONCursor(Array(text.utf8))
    return try Segmentation(&cursor)
  }

  private func mask(_ text: String, height: Int, width: Int) throws -> Mask? {
    try segmentation(text).mask(height: height, width: width)
  }

  @Test func runsGoDownTheColumns() throws {
    // Two rows, three columns: .#. over ##.
    let expected = Mask(height: 2, width: 3, values: [0, 1, 0, 1, 1, 0])
    #expect(try mask(#"{"size": [2, 3], "counts": [1, 3, 2]}"#, height: 2, width: 3) == expected)
    #expect(try mask(#"{"counts": [1, 3], "size": [2, 3]}"#, height: 2, width: 3) == expected)
    #expect(try mask(#"{"size": [2, 3], "counts": [1, 3]}"#, height: 3, width: 2) == nil)
    #expect(try mask(#"{"size": [2, 3], "counts": [1, 6]}"#, height: 2, width: 3) == nil)
    #expect(try mask(#"{"size": [2, 3], "counts": [1, -1, 1]}"#, height: 2, width: 3) == nil)
  }

  /// Masks of 20×30 as `Fixtures/coco_runs.py` prints them.
  @Test(arguments: [
    ("c25?00000000000i;", 35, Box(x: 4, y: 3, width: 7, height: 5)),
    ("e41`06L2N2N2O000O20N10001N2N2N4Jj4", 149, Box(x: 7, y: 2, width: 15, height: 15)),
    ("0hb0", 600, Box(x: 0, y: 0, width: 30, height: 20)),
  ])
  func packedRuns(text: String, area: Int, box: Box) throws {
    let mask = try mask(#"{"size": [20, 30], "counts": "\#(text)"}"#, height: 20, width: 30)
    #expect(mask?.boundingBox == box && mask?.area == area)
  }

  @Test func polygonsUniteWhicheverWayTheyRun() throws {
    let text = "[[0,0, 4,0, 4,4, 0,4], [2,2, 2,6, 6,6, 6,2], [7,7]]"
    let mask = try #require(try mask(text, height: 8, width: 8))
    #expect(mask.area == 16 + 16 - 4 && mask[3, 3] && mask[5, 5] && !mask[6, 1])
    #expect(try self.mask("[]", height: 8, width: 8)?.area == 0)
  }

  @Test(arguments: [
    "[[1,2,3]]", "[[1,x]]", "{}", #"{"size": [1], "counts": []}"#, #"{"size": [1, 1], "counts": "~"}"#,
    #"{"size": [1, 1], "counts": "P"}"#, "[[1,2],", "",
    #"{"size": [2, 2], "counts": "oooooooooooooooooooooooo0"}"#,
  ])
  func otherTextsAreRefused(text: String) {
    #expect(throws: JSONCursor.Failure.self) { try segmentation(text) }
  }

  private func image(_ path: String, in folder: TemporaryFolder) throws {
    try Image(height: 8, width: 10).write(to: folder.file(path))
  }

  private let coco = """
    {"info": {"note": "brackets ]} and \\"quotes\\" in texts"},
     "annotations": [
      {"image_id": 7, "id": 1, "category_id": 3, "iscrowd": 0, "bbox": [1, 1, 2, 2], "segmentation": [[1,1, 3,1, 3,3, 1,3]]},
      {"image_id": 7, "id": 2, "category_id": 3, "iscrowd": 1, "segmentation": {"counts": [80], "size": [8, 10]}},
      {"image_id": 7, "id": 3, "category_id": 5, "iscrowd": 0, "segmentation": {"counts": [16, 8, 56], "size": [8, 10]}},
      {"image_id": 9, "id": 4, "category_id": 5, "iscrowd": 0, "segmentation": {"counts": [4], "size": [2, 2]}}],
     "images": [{"id": 7, "file_name": "one.jpg", "height": 8, "width": 10}, {"file_name": "two.jpg", "id": 9}],
     "categories": [{"id": 3, "name": "dog"}, {"id": 5, "name": "cat"}]}
    """

  @Test func imagesOfCOCOAreVideosOfAFrame() throws {
    let folder = try TemporaryFolder()
    for name in ["one", "two"] { try image("val2017/\(name).jpg", in: folder) }
    try folder.write(coco, to: "annotations/instances_val2017.json")
    let dataset = try COCODataset(root: folder.url)
    #expect(dataset.names == ["one.jpg", "two.jpg"])
    let one = try dataset.sequence("one.jpg")
    #expect(one.frameCount == 1 && one.objects == [1, 2] && one.categories == [1: "dog", 2: "cat"])
    #expect(
      try one.mask(0, object: 1)?.boundingBox == Box(x: 1, y: 1, width: 2, height: 2), "above the other")
    #expect(try one.mask(0, object: 2)?.boundingBox == Box(x: 2, y: 0, width: 1, height: 8))
    #expect { try dataset.sequence("two.jpg").masks(0) } throws: {
      "\($0)".contains("instances_val2017.json:6: byte") && "\($0)".contains("no mask of 8×10 pixels")
    }
    #expect { try COCODataset(root: folder.url, part: "train2017") } throws: { "\($0)".contains("holds no") }
  }

  private let vis = """
    {"videos": [{"id": 1, "file_names": ["0a/00000.jpg", "0a/00005.jpg"], "height": 8, "width": 10, "length": 2}],
     "categories": [{"id": 4, "name": "fox"}],
     "annotations": [{"video_id": 1, "category_id": 4, "id": 1, "bboxes": [null, [2, 0, 1, 8]],
      "segmentations": [null, {"size": [8, 10], "counts": [16, 8, 56]}]}]}
    """

  @Test func videosOfYouTubeVISHaveRunsForEachFrame() throws {
    let folder = try TemporaryFolder()
    try image("JPEGImages/0a/00000.jpg", in: folder)
    try image("JPEGImages/0a/00005.jpg", in: folder)
    try folder.write(vis, to: "instances.json")
    let dataset = try YouTubeVISDataset(root: folder.url)
    let video = try dataset.sequence("0a")
    #expect(video.frameCount == 2 && video.annotatedFrames == [0, 1] && video.categories == [1: "fox"])
    #expect(try video.mask(0, object: 1)?.area == 0, "not seen")
    #expect(try video.mask(1, object: 1)?.boundingBox == Box(x: 2, y: 0, width: 1, height: 8))

    try folder.write(vis.replacing(/,\s*"annotations".*]}]/.dotMatchesNewlines(), with: ""), to: "test.json")
    let test = try YouTubeVISDataset(root: folder.url, annotations: folder.file("test.json")).sequence("0a")
    #expect(try test.annotatedFrames.isEmpty && test.masks(0) == nil && test.objects.isEmpty)
    try FileManager.default.removeItem(at: folder.file("JPEGImages/0a/00005.jpg"))
    #expect(try dataset.sequence("0a").masks(0) != nil)
    #expect { try dataset.sequence("0a").masks(1) } throws: { "\($0)".contains("00005.jpg: cannot be read") }
  }

  @Test func whatIsNoJSONIsNamedWithItsLine() throws {
    let folder = try TemporaryFolder()
    let ends = [
      "{\"videos\":\n[{\"id\": 1,]}": "instances.json:2: byte 21: there is no '\"'",
      "": "instances.json:1: byte 0: the text ends early", "[]": "instances.json:1: byte 0: there is no '{'",
      "{\"videos\": [\n\n{\"id\": \"x\"}]}": "instances.json:3: byte 24: no number before this",
    ]
    for (text, end) in ends {
      try folder.write(text, to: "instances.json")
      #expect { try YouTubeVISDataset(root: folder.url) } throws: { "\($0)".hasSuffix(end) }
    }
  }
}
