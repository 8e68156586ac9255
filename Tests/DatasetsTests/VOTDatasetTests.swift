import Foundation
import TestSupport
import Testing
import Vision

@testable import Datasets

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct VOTDatasetTests {
  private func frames(_ count: Int, in path: String, of folder: TemporaryFolder) throws {
    for frame in 1...count {
      try Image(height: 6, width: 8, channels: 3).write(to: folder.file("\(path)/0000000\(frame).png"))
    }
  }

  @Test func framesLieInColorOrBesideTheAnnotation() throws {
    let folder = try TemporaryFolder()
    try frames(3, in: "ball/color", of: folder)
    try folder.write("1,1,1,5,5,5,5,1\nnan,nan,nan,nan\n", to: "ball/groundtruth.txt")
    try folder.write("0\n1\n", to: "ball/occlusion.tag")
    try folder.write("1\n0\n0\n", to: "ball/camera_motion.label")
    try folder.write("1\n0\n-1\n", to: "ball/anchor.value")
    try frames(2, in: "old", of: folder)
    try folder.write("1,2,3,4\n1,2,3,5\n", to: "old/groundtruth.txt")
    let dataset = try VOTDataset(root: folder.url)
    #expect(dataset.names == ["ball", "old"])
    let ball = try dataset.sequence("ball")
    #expect(ball.frameCount == 3 && ball.annotatedFrames == [0, 1])
    #expect(ball.region(0) == .polygon([Point(1, 1), Point(1, 5), Point(5, 5), Point(5, 1)]))
    #expect(ball.region(1) == nil && ball.region(2) == nil)
    #expect(ball.tags == ["occlusion": [false, true, false], "camera_motion": [true, false, false]])
    #expect(ball.values == ["anchor": [1, 0, -1]])
    let old = try dataset.sequence("old")
    #expect(try old.frameCount == 2 && old.size(1) == (6, 8))
    #expect(old.region(1)?.boundingBox == Box(x: 1, y: 2, width: 3, height: 5))
  }

  @Test(arguments: ["camera/%08d.jpg", "camera\\", "camera/"]) func itsFileSaysWhereTheFramesAre(path: String)
    throws
  {
    let folder = try TemporaryFolder()
    try frames(1, in: "ball/camera", of: folder)
    try folder.write("name=ball\nfps = 25\nchannels.color=\(path)\n", to: "ball/sequence")
    try folder.write("m1,2,2,1,0,2\n", to: "ball/groundtruth.txt")
    let ball = try VOTDataset(root: folder.url).sequence("ball")
    #expect(ball.properties["fps"] == "25" && ball.frameCount == 1)
    #expect(ball.region(0)?.boundingBox == Box(x: 1, y: 2, width: 2, height: 1))
  }

  @Test func eachOfSeveralTargetsIsASequence() throws {
    let folder = try TemporaryFolder()
    try frames(1, in: "ball/color", of: folder)
    try folder.write("1,2,3,4\n", to: "ball/groundtruth_left.txt")
    try folder.write("0\n", to: "ball/groundtruth_right.txt")
    let dataset = try VOTDataset(root: folder.url)
    #expect(dataset.names == ["ball_left", "ball_right"])
    #expect(try dataset.sequences.map { $0.region(0) == nil } == [false, true])
  }

  @Test func whatDoesNotFitIsNamedWhereItIsUsed() throws {
    let folder = try TemporaryFolder()
    #expect { try VOTDataset(root: folder.url) } throws: { "\($0)".hasSuffix("folders with groundtruth.txt") }
    try frames(1, in: "ball/color", of: folder)
    try folder.write("1,2,3,4\n1,2,3,4\n", to: "ball/groundtruth.txt")
    try frames(1, in: "car/color", of: folder)
    try folder.write("1,2,3,4\n", to: "car/groundtruth.txt")
    try folder.write("1\nyes\n", to: "car/occlusion.tag")
    try frames(2, in: "dog/color", of: folder)
    try folder.write("1,2,3,4\nm0,0,2,2,5\n", to: "dog/groundtruth.txt")
    try folder.write("ball\ncar\ndog\nelk\n", to: "list.txt")
    let dataset = try VOTDataset(root: folder.url)
    let ends = [
      "ball": "groundtruth.txt: 2 boxes for 1 frames", "car": "occlusion.tag:2: \"yes\" is not a number",
      "dog": "groundtruth.txt:2: \"m0,0,2,2,5\" is not a box, a polygon, a mask of fitting runs, 0, 1 or 2",
      "elk": "elk: no such folder",
    ]
    for (name, end) in ends {
      #expect { try dataset.sequence(name) } throws: { "\($0)".hasSuffix(end) }
    }
  }

  @Test func trajectoriesAreWrittenAndRead() throws {
    let folder = try TemporaryFolder()
    let url = try folder.file("ball_001.txt")
    let box = Region.box(Box(x: 1, y: 2, width: 3, height: 4))
    let run = VOTTrajectory(entries: [.initialization, .region(box), .failure, .unknown])
    try run.write(to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "1\n1.0,2.0,3.0,4.0\n2\n0\n")
    #expect(try VOTTrajectory(contentsOf: url) == run)
    #expect(throws: DatasetError.self) { try run.write(to: folder.url.appending(path: "none/ball.txt")) }
  }

  @Test func theToolkitsBinaryFilesAreRead() throws {
    let folder = try TemporaryFolder()
    func bytes(_ numbers: UInt16...) -> [UInt8] { numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
    func bytes(_ numbers: Float...) -> [UInt8] {
      numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
    }
    let file: [UInt8] =
      bytes(1 as UInt16, 5, 0) + [0, 1, 0, 0, 0] + [1] + bytes(1.5 as Float, 2, 3, 4)
      + [2] + bytes(3 as UInt16) + bytes(0 as Float, 0, 5, 0, 0, 5) + [3]
      + bytes(65535 as UInt16, 2, 3, 2, 3, 1, 4, 1)
      + [0, 2, 0, 0, 0]
    let url = try folder.file("ball_00000000.bin")
    try Data(file).write(to: url)
    let mask = Mask(height: 2, width: 3, values: [0, 1, 1, 1, 1, 0])
    #expect(
      try VOTTrajectory(contentsOf: url).entries == [
        .initialization, .region(.box(Box(x: 1.5, y: 2, width: 3, height: 4))),
        .region(.polygon([Point(0, 0), Point(5, 0), Point(0, 5)])), .region(.mask(mask, x: -1, y: 2)),
        .failure,
      ])
    for count in file.indices {
      try Data(file[..<count]).write(to: url)
      #expect(throws: DatasetError.self) { try VOTTrajectory(contentsOf: url) }
    }
  }
}
