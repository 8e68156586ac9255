import Foundation
import TestSupport
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct BoxLayoutTests {
  private func write(_ text: String, to path: String, in folder: URL) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  private func frames(_ count: Int, in folder: URL, _ name: (Int) -> String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for frame in 0..<count {
      try Image(height: 6, width: 8, channels: 3).write(to: folder.appending(path: "\(name(frame)).png"))
    }
  }

  @Test func got10kKnowsWhatCanBeSeen() throws {
    try withTemporaryFolder { root in
      try frames(3, in: root.appending(path: "one")) { String(format: "%08d", $0 + 1) }
      try write("1,2,3,4\n1,2,3,4\n2,2,3,4\n", to: "one/groundtruth.txt", in: root)
      try write("0\n1\n0\n", to: "one/absence.label", in: root)
      try write("8\n0\n5\n", to: "one/cover.label", in: root)
      try write("not a sequence", to: "notes.txt", in: root)
      let sequence = try #require(try GOT10kDataset(root: root).sequences.first)
      #expect(
        sequence.name == "one" && sequence.cover == [8, 0, 5] && sequence.annotatedFrames == [0, 1, 2])
      #expect(sequence.region(0) == .box(Box(x: 1, y: 2, width: 3, height: 4)))
      #expect(sequence.region(1) == nil && sequence.box(1) != nil)
      try write("8\n0\n", to: "one/cover.label", in: root)
      #expect(throws: DatasetError.self) { try GOT10kDataset(root: root).sequences }
    }
  }

  @Test func ofSequencesToBeTestedOnOnlyTheFirstBoxIsThere() throws {
    try withTemporaryFolder { root in
      try frames(3, in: root.appending(path: "one")) { String(format: "%08d", $0 + 1) }
      try write("1,2,3,4\n", to: "one/groundtruth.txt", in: root)
      let sequence = try #require(try GOT10kDataset(root: root).sequences.first)
      #expect(sequence.annotatedFrames == [0] && sequence.region(2) == nil)
      try write("1,2,3,4\n1,2,3,4\n", to: "one/groundtruth.txt", in: root)
      #expect(throws: DatasetError.self) { try GOT10kDataset(root: root).sequences }
    }
  }

  @Test func trackingNetJoinsFramesAndBoxes() throws {
    try withTemporaryFolder { root in
      try frames(2, in: root.appending(path: "frames/video")) { "\($0)" }
      try write("1,2,3,4\n5,6,7,8\n", to: "anno/video.txt", in: root)
      let sequence = try TrackingNetDataset(root: root).sequence("video")
      #expect(sequence.frameCount == 2 && sequence.region(1) == .box(Box(x: 5, y: 6, width: 7, height: 8)))
      try write("1,2,3,4\n", to: "anno/other.txt", in: root)
      #expect(throws: DatasetError.missingFolder(path: root.appending(path: "frames/other").path)) {
        try TrackingNetDataset(root: root).sequence("other")
      }
      #expect(
        try TrackingNetDataset(root: root).sequence("video").frameCount == 2, "the other is in nobody's way")
    }
  }

  @Test func lasotFlagsWhatIsHiddenOrOutside() throws {
    try withTemporaryFolder { root in
      let folder = "cat/cat-1"
      try frames(4, in: root.appending(path: "\(folder)/img")) { String(format: "%08d", $0 + 1) }
      try write("1,2,3,4\n1,2,3,4\n5,2,3,4\n0,0,0,0\n", to: "\(folder)/groundtruth.txt", in: root)
      try write("0,1,0,0", to: "\(folder)/full_occlusion.txt", in: root)
      try write("0\n0\n0\n0\n", to: "\(folder)/out_of_view.txt", in: root)
      try frames(1, in: root.appending(path: "dog/dog-2/img")) { "\($0)" }
      try write("1,2,3,4\n", to: "dog/dog-2/groundtruth.txt", in: root)
      try write("dog-2\n", to: "testing_set.txt", in: root)
      let dataset = try LaSOTDataset(root: root)
      #expect(dataset.names == ["cat-1", "dog-2"])
      #expect(try LaSOTDataset(root: root, list: root.appending(path: "testing_set.txt")).names == ["dog-2"])
      let cat = try dataset.sequence("cat-1")
      #expect(cat.annotatedFrames == [0, 1, 2, 3] && cat.frameCount == 4)
      #expect((0..<4).map { cat.region($0)?.boundingBox.x } == [1, nil, 5, nil])
      try write("0,1,0", to: "\(folder)/full_occlusion.txt", in: root)
      #expect { try dataset.sequence("cat-1") } throws: {
        "\($0)".hasSuffix("full_occlusion.txt: 3 flags for 4 frames")
      }
    }
  }

  @Test func uav123CutsVideosIntoSequences() throws {
    try withTemporaryFolder { root in
      try frames(610, in: root.appending(path: "data_seq/UAV123/person12")) { String(format: "%06d", $0 + 1) }
      try frames(3, in: root.appending(path: "data_seq/UAV123/car1_s")) { String(format: "%06d", $0 + 1) }
      try write("1,2,3,4\n1,2,3,4\n", to: "anno/UAV123/person12_1.txt", in: root)
      try write("1,2,3,4\nNaN,NaN,NaN,NaN\n5,2,3,4", to: "anno/UAV123/person12_2.txt", in: root)
      try write("1,2,3,4\n1,2,3,4\n7,2,3,4\n", to: "anno/UAV123/car1_s.txt", in: root)
      let dataset = try UAV123Dataset(root: root)
      #expect(dataset.names == ["car1_s", "person12_1", "person12_2"])
      #expect(
        try dataset.sequence("person12_1").frames.files.map(\.lastPathComponent) == [
          "000001.png", "000002.png",
        ])
      let second = try dataset.sequence("person12_2")
      #expect(second.frameCount == 3 && second.frames.frameName(0) == "000601")
      #expect((0..<3).map { second.region($0)?.boundingBox.x } == [1, nil, 5])
      #expect(try dataset.sequence("car1_s").region(2)?.boundingBox.x == 7)
      let frame = root.appending(path: "data_seq/UAV123/person12/000602.png")
      try FileManager.default.removeItem(at: frame)
      #expect(throws: DatasetError.missingFrame(path: frame.path)) { try dataset.sequence("person12_2") }
    }
  }

  @Test func nfsHasCornersAndQuotedNames() throws {
    try withTemporaryFolder { root in
      let lines = (0..<9).map { "0 \($0) 2 \($0 + 10) 6 \($0) \($0 == 8 ? 1 : 0) 0 1 \"a 'red' 1 ball\"\n" }
      try frames(9, in: root.appending(path: "ball/240/ball")) { String(format: "%05d", $0 + 1) }
      try write(lines.joined(), to: "ball/240/ball.txt", in: root)
      let fast = try NFSDataset(root: root, framesPerSecond: 240).sequence("ball")
      #expect(fast.region(3) == .box(Box(x: 3, y: 2, width: 10, height: 4)) && fast.region(8) == nil)
      #expect(throws: DatasetError.self) { try NFSDataset(root: root) }
      // With the lines of 240 frames a second.
      try frames(2, in: root.appending(path: "ball/30/ball")) { String(format: "%05d", $0 + 1) }
      try write((lines + lines[..<7]).joined(), to: "ball/30/ball.txt", in: root)
      let slow = try NFSDataset(root: root).sequence("ball")
      #expect(slow.annotatedFrames == [0, 1] && slow.region(1) == nil && slow.region(0)?.boundingBox.x == 0)
      try write("0 1 2 3 4 5 0 0 0 \"ball\"\n0 1 2 \"3 4 5 6 7\"\n", to: "ball/30/ball.txt", in: root)
      #expect { try NFSDataset(root: root).sequence("ball") } throws: {
        "\($0)".contains("ball.txt:2: \"0 1 2 ")
      }
    }
  }

  @Test func layoutsAreToldByTheirFolders() throws {
    let paths: [BoxLayout: [String]] = [
      .otb: ["a/img", "a/groundtruth_rect.txt"], .uav123: ["data_seq", "anno/UAV123"],
      .uav20l: ["data_seq", "anno/UAV20L"],
      .nfs: ["a/30"], .got10k: ["a/groundtruth.txt", "a/absence.label"], .trackingnet: ["anno", "frames"],
      .lasot: ["a/a-1/img"], .vot: ["a/groundtruth.txt", "a/occlusion.label"],
    ]
    for layout in BoxLayout.allCases {
      try withTemporaryFolder { root in
        for path in paths[layout]! {
          try FileManager.default.createDirectory(
            at: root.appending(path: path), withIntermediateDirectories: true)
        }
        #expect(try BoxLayout(of: root) == layout)
      }
    }
    try withTemporaryFolder { root in
      #expect(throws: DatasetError.self) { try BoxLayout(of: root) }
      try frames(1, in: root.appending(path: "one/img")) { "\($0)" }
      try write("1,2,3,4\n", to: "one/groundtruth_rect.txt", in: root)
      let opened = try BoxLayout(of: root).open(root)
      #expect(try opened.names == ["one"] && opened.sequence("one").region(0)?.boundingBox.x == 0)
    }
  }

  @Test func aMissingFrameIsNamed() throws {
    try withTemporaryFolder { root in
      try frames(3, in: root.appending(path: "one")) { String(format: "%08d", $0 + 9) }
      try write("1,2,3,4\n1,2,3,4\n2,2,3,4\n", to: "one/groundtruth.txt", in: root)
      let frame = root.appending(path: "one/00000010.png")
      try FileManager.default.removeItem(at: frame)
      #expect(throws: DatasetError.missingFrame(path: frame.path)) { try GOT10kDataset(root: root).sequences }
    }
  }

  @Test func listsNameTheSequences() throws {
    try withTemporaryFolder { root in
      for name in ["one", "two"] {
        try frames(1, in: root.appending(path: name)) { "\($0)" }
        try write("1,2,3,4\n", to: "\(name)/groundtruth.txt", in: root)
      }
      try write("\u{feff}two\r\nthree\r\n\r\ntwo\r\n", to: "list.txt", in: root)
      let dataset = try GOT10kDataset(root: root)
      #expect(try dataset.names == ["two", "three"] && dataset.sequence("two").frameCount == 1)
      #expect(throws: DatasetError.missingFolder(path: root.appending(path: "three").path)) {
        try dataset.sequence("three")
      }
    }
  }

  @Test func emptyFoldersSaySo() throws {
    try withTemporaryFolder { root in
      #expect(throws: DatasetError.self) { try GOT10kDataset(root: root) }
      #expect(throws: DatasetError.self) { try TrackingNetDataset(root: root) }
    }
  }
}
