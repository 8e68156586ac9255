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
      try write("\u{feff}two\r\nthree\r\n\r\n", to: "list.txt", in: root)
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
