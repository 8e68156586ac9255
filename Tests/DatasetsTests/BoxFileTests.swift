import Foundation
import Testing
import Vision

@testable import Datasets

@Suite struct BoxFileTests {
  @Test(arguments: [
    "1,2,3.5,4", "1\t2\t3.5\t4", "1 2 3.5 4", " 1, 2,\t3.5 ,4 ", "1;2;3.5;4", "1,2,1,6,4.5,6,4.5,2",
  ])
  func separatorsMayVary(
    line: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write("\(line)\r\n\(line)\r\n", to: "boxes.txt")
    let box = Box(x: 1, y: 2, width: 3.5, height: 4)
    #expect(try BoxFile(contentsOf: folder.file("boxes.txt")).boxes == [box, box])
  }

  @Test func emptyLinesNaNsAndBoxesWithoutAreaAreLost() throws {
    let folder = try TemporaryFolder()
    try folder.write("1,2,3,4\n\nNaN,NaN,NaN,NaN\n5,5,0,3\n1,2,3,4", to: "boxes.txt")
    let boxes = try BoxFile(contentsOf: folder.file("boxes.txt")).boxes
    #expect(boxes.map { $0 == nil } == [false, true, true, true, false])
    let all = try BoxFile(contentsOf: folder.file("boxes.txt"), keepsEmpty: true).boxes
    #expect(all[3] == Box(x: 5, y: 5, width: 0, height: 3) && all[2] == nil)
  }

  @Test func filesAreAsEditorsLeaveThem() throws {
    let folder = try TemporaryFolder()
    let url = try folder.file("boxes.txt")
    let box = Box(x: 1, y: 2, width: 3, height: 4)
    let texts = [
      "\u{feff}1,2,3,4\r\n-nan(ind),0,0,0\r\n\r\n": [box, nil], "1,2,3,4\r\r": [box],
      "1,2,3,4\n\n1,2,3,4\n\n \n": [box, nil, box],
    ]
    for (text, boxes) in texts {
      try Data(text.utf8).write(to: url)
      #expect(try BoxFile(contentsOf: url).boxes == boxes)
    }
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      try #require("\u{feff}1,2,3,4\r\n".data(using: encoding)).write(to: url)
      #expect(try BoxFile(contentsOf: url).boxes == [box])
    }
    try Data([0x31, 0x2c, 0xe9]).write(to: url)
    #expect { try BoxFile(contentsOf: url) } throws: {
      "\($0)".hasSuffix(":1: \"1,é\" is not x,y,width,height")
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let folder = try TemporaryFolder()
    let file = BoxFile(boxes: [Box(x: -0.25, y: 1e-3, width: 3, height: 4.125), nil])
    try file.write(to: folder.file("boxes.txt"))
    #expect(try BoxFile(contentsOf: folder.file("boxes.txt")) == file)
    #expect(throws: DatasetError.self) { try file.write(to: folder.url.appending(path: "none/boxes.txt")) }
  }

  @Test(arguments: ["1,2,3", "1,2,x,4", "1,2,3,4,5"]) func otherLinesAreNamed(line: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("1,2,3,4\n\(line)\n", to: "boxes.txt")
    let url = try folder.file("boxes.txt")
    #expect(
      throws: DatasetError.badLine(path: url.path, line: 2, reason: "\"\(line)\" is not x,y,width,height")
    ) {
      try BoxFile(contentsOf: url)
    }
  }

  @Test func trackersAreFoundBySequenceAndObject() throws {
    let folder = try TemporaryFolder()
    let box = Box(x: 1, y: 2, width: 3, height: 4)
    let one = BoxVideo(name: "one", tracks: [1: [box, box]])
    let two = BoxVideo(name: "two", tracks: [1: [box, box], 2: [box, box]])
    try folder.write("1,1,1,1\n2,2,2,2\n", to: "KCF/one.txt")
    try folder.write("3,3,3,3\nnan,nan,nan,nan\n", to: "CSRT/one-1.txt")
    try folder.write("4,4,4,4\n5,5,5,5\n", to: "CSRT/two-2.txt")
    let boxes = try TrackerBoxes(contentsOf: folder.url, for: [one, two])
    #expect(boxes.boxes(sequence: "one", object: 1, frame: 1) == [nil, Box(x: 2, y: 2, width: 2, height: 2)])
    #expect(boxes.boxes(sequence: "two", object: 1, frame: 1).isEmpty)
    #expect(boxes.boxes(sequence: "two", object: 2, frame: 0) == [Box(x: 4, y: 4, width: 4, height: 4)])
  }

  @Test func trackersThatDoNotFitAreRefused() throws {
    let folder = try TemporaryFolder()
    let video = BoxVideo(name: "one", tracks: [1: [nil, nil]])
    #expect { try TrackerBoxes(contentsOf: folder.url, for: [video]) } throws: {
      "\($0)".contains("holds no TRACKER/SEQUENCE.txt")
    }
    try folder.write("1,1,1,1\n", to: "KCF/one.txt")
    #expect { try TrackerBoxes(contentsOf: folder.url, for: [video]) } throws: {
      "\($0)".hasSuffix("one.txt: 1 boxes for 2 frames")
    }
  }
}
