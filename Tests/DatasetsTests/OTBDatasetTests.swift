import Datasets
import Foundation
import Testing
import Vision

@Suite(.enabled(if: hasCodecs)) struct OTBDatasetTests {
  private func write(
    _ name: String, frames: Int, from first: Int = 1, _ boxes: String, file: String = "groundtruth_rect.txt",
    in folder: TemporaryFolder
  ) throws {
    for frame in first..<first + frames {
      let number = String(10_000 + frame).dropFirst()
      try Image(height: 6, width: 8).write(to: folder.file("\(name)/img/\(number).jpg"))
    }
    try folder.write(boxes, to: "\(name)/\(file)")
  }

  @Test(arguments: [
    "205,151,17,50\n203,150,17,50\n", "205\t151\t17\t50\r\n203\t150\t17\t50",
    "205 151 17 50\n203  150 17 50\n",
  ])
  func boxesCountFromOne(text: String) throws {
    let folder = try TemporaryFolder()
    try write("Crossing", frames: 2, text, in: folder)
    let sequence = try OTBDataset(root: folder.url).sequence("Crossing")
    #expect(sequence.frameCount == 2 && sequence.annotatedFrames == [0, 1])
    #expect(sequence.region(0) == .box(Box(x: 204, y: 150, width: 17, height: 50)))
    #expect(sequence.region(1)?.boundingBox.y == 149)
    #expect(try sequence.size(1) == (6, 8) && sequence.image(1).channels == 3)
  }

  @Test func targetsAreAbsentOrUnknown() throws {
    let folder = try TemporaryFolder()
    try write("Football1", frames: 4, "5,5,2,2\nNaN,NaN,NaN,NaN\n0,0,0,0\n", in: folder)
    let sequence = try OTBDataset(root: folder.url).sequence("Football1")
    #expect((0..<4).map { sequence.region($0) == nil } == [false, true, true, true])
    #expect(sequence.annotatedFrames == [0, 1, 2], "the last frame has no line")
  }

  @Test func davidIsAnnotatedFromFrame300() throws {
    let folder = try TemporaryFolder()
    try write("David", frames: 4, from: 298, "7,7,2,2\n8,8,2,2\n", in: folder)
    let sequence = try OTBDataset(root: folder.url).sequence("David")
    #expect(sequence.annotatedFrames == [2, 3] && sequence.region(1) == nil)
    #expect(sequence.region(3)?.boundingBox.x == 7)
  }

  @Test func eachOfSeveralTargetsIsASequence() throws {
    let folder = try TemporaryFolder()
    try write("Jogging", frames: 1, "1,1,2,2\n", file: "groundtruth_rect.1.txt", in: folder)
    try folder.write("3,3,2,2\n", to: "Jogging/groundtruth_rect.2.txt")
    try folder.write("\n", to: "Jogging/groundtruth_rect.3.txt")
    let sequences = try OTBDataset(root: folder.url).sequences
    #expect(sequences.map(\.name) == ["Jogging-1", "Jogging-2"])
    #expect(sequences.map { $0.region(0)?.boundingBox.x } == [0, 2])
  }

  @Test func namesInLatin1AndEmptyFilesAreInNobodysWay() throws {
    let folder = try TemporaryFolder()
    try write("Couple", frames: 2, "1,1,2,2\n1,1,2,2\n", in: folder)
    try Data().write(to: folder.file("Couple/img/0002.jpg"))
    let path = Array(folder.url.path.utf8) + [UInt8(ascii: "/"), 0x63, 0xe9, 0]
    #expect(path.withUnsafeBytes { mkdir($0.bindMemory(to: CChar.self).baseAddress!, 0o777) } == 0)
    let dataset = try OTBDataset(root: folder.url)
    #expect(dataset.names.count == 2)
    let couple = try dataset.sequence("Couple")
    #expect(try couple.image(0).width == 8)
    #expect(throws: ImageError.truncated(path: couple.frames.files[1].path)) { try couple.image(1) }
    #expect { try dataset.sequence(dataset.names.last!) } throws: {
      "\($0)".hasSuffix("no such folder by a name in UTF-8")
    }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let folder = try TemporaryFolder()
    #expect { try OTBDataset(root: folder.url) } throws: { "\($0)".hasSuffix("holds no folders with img") }
    try write("Couple", frames: 1, "1,1,2,2\n1,1,2,2\n", in: folder)
    #expect { try OTBDataset(root: folder.url).sequences } throws: {
      "\($0)".hasSuffix("2 boxes for 1 frames")
    }
    try folder.write("1,1,2\n", to: "Couple/groundtruth_rect.txt")
    #expect { try OTBDataset(root: folder.url).sequences } throws: {
      "\($0)".hasSuffix("groundtruth_rect.txt:1: \"1,1,2\" is not x,y,width,height")
    }
    try FileManager.default.removeItem(at: folder.file("Couple/groundtruth_rect.txt"))
    #expect { try OTBDataset(root: folder.url).sequences } throws: {
      "\($0)".hasSuffix("groundtruth_rect.txt: the file cannot be read")
    }
  }
}
