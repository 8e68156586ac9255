import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: hasFFmpeg, "ffmpeg is not installed")) struct VideoWriterTests {
  @Test(arguments: [(48, 64), (47, 63), (48, 63), (1, 1)]) func whatIsWrittenIsRead(
    _ size: (height: Int, width: Int)
  ) throws {
    let clip = try Clip(height: size.height, width: size.width)
    let file = try clip.place.file("a.mp4")
    let writer = try VideoWriter(to: file, frameRate: 29.97)
    for frame in 0..<20 { try writer.append(clip.frame(frame)) }
    #expect(clip.place.files(in: "").allSatisfy { $0.hasSuffix(".part") }, "not before it is whole")
    try writer.finish()
    #expect(clip.place.files(in: "") == ["a.mp4"])
    let video = try Video(contentsOf: file)
    #expect(video.frameCount == 20 && abs(video.frameRate - 29.97) < 0.01)
    #expect((video.height, video.width) == ((size.height + 1) / 2 * 2, (size.width + 1) / 2 * 2))
    if size != (1, 1) {
      for frame in 0..<20 { #expect(Clip.number(try video.image(frame)) == frame) }
    }
  }

  @Test func coloursStay() throws {
    let clip = try Clip()
    let file = try clip.place.file("a.mp4")
    let colours = [Color.red, .green, .blue, .yellow, .white, .black, .orange]
    let writer = try VideoWriter(to: file)
    for color in colours { try writer.append(Image(height: 720, width: 1280, color: color)) }
    try writer.finish()
    let video = try Video(contentsOf: file)
    for (frame, color) in colours.enumerated() {
      let wanted = Image(height: 1, width: 1, color: color).pixels
      let image = try video.image(frame)
      #expect(greatestDifference((0..<3).map { image[600, 300, $0] }, wanted) <= 8, "\(color)")
    }
  }

  @Test func nothingIsLeftOfAnUnfinishedVideo() throws {
    let clip = try Clip()
    let file = try clip.place.file("a.mp4")
    do {
      let writer = try VideoWriter(to: file)
      try writer.append(clip.frame(0))
      #expect(clip.place.files(in: "").count == 1)
    }
    #expect(
      clip.place.files(in: "") == [] && Clip.processes(naming: clip.place.folder.path).isEmpty)
    do {
      let writer = try VideoWriter(to: file)
      #expect(
        videoError { try writer.finish() } == .unwritable(path: file.path, reason: "the video has no frames"))
    }
    #expect(clip.place.files(in: "") == [])
  }

  @Test func anEncoderThatDiesIsAnError() throws {
    let clip = try Clip()
    let file = try clip.place.file("a.mp4")
    do {
      let writer = try VideoWriter(to: file)
      try writer.append(clip.frame(0))
      // A program that has just started has no command line yet.
      for _ in 0..<500 where Clip.processes(naming: clip.place.folder.path).isEmpty { usleep(1000) }
      for process in Clip.processes(naming: clip.place.folder.path) { kill(process, SIGKILL) }
      let error = videoError { for _ in 0..<1000 { try writer.append(clip.frame(1)) } }
      #expect(error == .unwritable(path: file.path, reason: "it was killed by signal 9"))
      #expect(
        videoError { try writer.append(clip.frame(1)) } == error
          && videoError { try writer.finish() } == error)
    }
    #expect(clip.place.files(in: "") == [])
  }

  @Test func badFramesAndFoldersAreErrors() throws {
    let clip = try Clip()
    let file = try clip.place.file("a.mp4")
    let writer = try VideoWriter(to: file)
    try writer.append(clip.frame(0))
    let error = videoError { try writer.append(Image(height: 8, width: 9)) }
    #expect(error?.description == "\(file.path): a frame of 8×9 in a video of 48×64")
    let nowhere = clip.place.folder.appending(path: "none/a.mp4")
    #expect(
      videoError { try VideoWriter(to: nowhere) }
        == .unwritable(path: nowhere.path, reason: "No such file or directory"))
  }
}
