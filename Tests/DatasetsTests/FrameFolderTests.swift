import Foundation
import TestSupport
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct FrameFolderTests {
  private func write(_ names: [String], in folder: Workplace) throws {
    for name in names { try Image(height: 2, width: 2).write(to: folder.file(name)) }
  }

  @Test func filesBelongTogetherByName() throws {
    let folder = try Workplace(for: "frames")
    try write(["f/b.jpg", "f/a.jpg", "m/a.png", "m/b.png", "m/c.png"], in: folder)
    let frames = try FrameFolder(folder.folder.appending(path: "f"))
    #expect(frames.name == "f" && frames.files.map(\.lastPathComponent) == ["a.jpg", "b.jpg"])
    let masks = try FrameFolder(folder.folder.appending(path: "m"))
    #expect(try masks.files(for: frames).map(\.lastPathComponent) == ["a.png", "b.png"])
    #expect(throws: DatasetError.self) { try frames.files(for: masks) }
  }

  @Test func framesAreInTheOrderOfTheirNumbers() throws {
    let folder = try Workplace(for: "frames")
    let numbers = Array(0..<12) + Array(9994...10005)
    try write(
      numbers.reversed().map { "f/\($0).png" } + (8...11).map { "videos/v\($0)/a-\($0).png" }, in: folder)
    #expect(
      try FrameFolder(folder.folder.appending(path: "f")).files.map(\.lastPathComponent)
        == numbers.map { "\($0).png" })
    #expect(
      try FrameFolder.videos(in: folder.folder.appending(path: "videos")).map(\.name) == [
        "v8", "v9", "v10", "v11",
      ])
  }

  @Test func namesAreOrderedAsPeopleCount() {
    let names = [
      "", "0", "00", "1", "01", "9", "10", "99999999999999999999", "100000000000000000000", "A2", "a", "a1",
      "a01", "a1b",
      "a2", "a10", "a10b2", "a10b10", "b", "é1",
    ]
    for (i, a) in names.enumerated() {
      for (j, b) in names.enumerated() {
        // One zero more makes no other number; the texts then decide.
        let isTie =
          Set([a, b]) == ["1", "01"] || Set([a, b]) == ["a1", "a01"] || Set([a, b]) == ["0", "00"]
        #expect(
          isTie ? a.naturallyPrecedes(b) != b.naturallyPrecedes(a) : a.naturallyPrecedes(b) == (i < j),
          "\(a) \(b)")
      }
    }
  }

  @Test func aFolderIsAVideoOrHoldsVideos() throws {
    let folder = try Workplace(for: "frames")
    try write(["one/0.png", "many/a/0.png", "many/b/0.png"], in: folder)
    func names(_ path: String) throws -> [String] {
      try FrameFolder.videos(in: folder.folder.appending(path: path)).map(\.name)
    }
    #expect(try names("one") == ["one"])
    #expect(try names("many") == ["a", "b"])
    // What a tracker leaves beside its masks.
    let other = folder.folder.appending(path: "many/times")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    #expect(throws: DatasetError.self) { try names("many") }
    try Data("1\n".utf8).write(to: other.appending(path: "a.txt"))
    #expect(try names("many") == ["a", "b"])
    #expect(throws: DatasetError.self) { try names("none") }
  }

  @Test func masksOfEveryKindAreSoft() throws {
    let folder = try Workplace(for: "frames")
    let labels = IndexedImage(height: 1, width: 4, indices: [0, 1, 3, 255])
    try labels.write(to: folder.file("labels.png"))
    try Image(height: 1, width: 4, channels: 1, pixels: [0, 255, 128, 7]).write(to: folder.file("grey.png"))
    try Image(height: 1, width: 4, channels: 1, pixels: [0, 1, 1, 0]).write(to: folder.file("ones.png"))
    func levels(_ name: String) throws -> [UInt8] {
      try Image.softMask(contentsOf: folder.folder.appending(path: name)).pixels
    }
    #expect(try levels("labels.png") == [0, 255, 255, 0])
    #expect(try levels("grey.png") == [0, 255, 128, 7])
    #expect(try levels("ones.png") == [0, 255, 255, 0])
    try IndexedImage(height: 1, width: 4, indices: [1, 0, 0, 1], palette: [.white, .black])
      .write(to: folder.file("inverted.png"))
    #expect(try levels("inverted.png") == [0, 255, 255, 0])
    try Image16(height: 1, width: 4, channels: 1, pixels: [0, 1, 2, 0]).write(to: folder.file("deep.png"))
    #expect(try levels("deep.png") == [0, 255, 255, 0])
    #expect(throws: ImageError.self) { try levels("none.png") }
  }
}
