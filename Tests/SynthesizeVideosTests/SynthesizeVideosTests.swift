import Datasets
import Evaluation
import Foundation
import TestSupport
import Testing
import Vision

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct SynthesizeVideosTests {
  private static let trackers = ["drifting", "jumping", "lagging", "losing", "misscaling", "steady"]

  private func dataset(_ layout: String) throws -> Workplace {
    let place = try Workplace(for: "SynthesizeVideos")
    let outcome = try place.run([
      "--output", "data", "--layout", layout, "--videos", "2", "--frames", "20", "--size", "40x64", "--seed",
      "3",
      "--trackers",
    ])
    #expect(outcome.exitCode == 0 && outcome.complaints == [], "\(outcome.errors)")
    #expect(outcome.output == ["2 videos of 20 frames in data"])
    #expect(
      try place.folder.appending(path: "data").resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true)
    return place
  }

  @Test func davis() throws {
    let place = try dataset("davis")
    let root = place.folder.appending(path: "data")
    let videos = SyntheticVideos(seed: 3, sequences: 2, frames: 20, height: 40, width: 64, absences: true)
    let sequences = try DAVISDataset(root: root, list: "2017/train").sequences
    #expect(sequences.map(\.name) == ["synthetic-000"])
    #expect(try DAVISDataset(root: root, list: "2016/val").names == ["synthetic-001"])
    #expect(try sequences[0].masks(7) == videos.sequences[0].masks(7))
    let (read, drawn) = (try sequences[0].image(7), videos.sequences[0].image(7))
    let difference = zip(read.pixels, drawn.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(difference < 8 * drawn.pixels.count, "JPEG's")
    let flow = try FlowField(contentsOf: root.appending(path: "Flow/synthetic-000/forward/00007.flo"))
    #expect(flow == videos.sequences[0].flow(from: 7, to: 8).flow)
    #expect(place.files(in: "data/Flow/synthetic-000/backward").first == "00001.flo")

    #expect(place.files(in: "data/results") == Self.trackers)
    let steady = try IndexedImage.annotation(
      contentsOf: root.appending(path: "results/steady/synthetic-000/00007.png"))
    let overlap = Mask(steady).iou(Mask(videos.sequences[0].masks(7)!))
    #expect((0.4..<0.98).contains(overlap), "\(overlap)")
    let boxes = try TrackerBoxes(contentsOf: root.appending(path: "boxes"), for: sequences)
    #expect(boxes.boxes(sequence: "synthetic-000", object: 1, frame: 7).count == 6)
  }

  @Test func otb() throws {
    let place = try dataset("otb")
    let root = place.folder.appending(path: "data")
    let sequences = try OTBDataset(root: root).sequences
    #expect(sequences.count == 2 && sequences[0].annotatedFrames == Array(0..<20))
    let video = SyntheticVideos(seed: 3, sequences: 2, frames: 20, height: 40, width: 64, absences: true)
      .sequences[1]
    let box = video.mask(0, object: video.leader).boundingBox
    #expect(sequences[1].region(0)?.boundingBox == box)
    #expect(sequences[1].region(10) == nil, "it is away")
    let scores = try ["steady", "losing"].map { name in
      try OnePassScore(
        meanOf: sequences.map { sequence in
          let boxes = try BoxFile(
            contentsOf: root.appending(path: "results/\(name)/\(sequence.name).txt"), origin: 1
          ).boxes
          return OnePassScore(
            boxes, truth: (0..<20).map { sequence.region($0)?.boundingBox }, countsAbsent: false)
        }
      ).successAUC
    }
    #expect(scores[0] > 0.5 && scores[0] < 0.95, "\(scores)")
  }

  @Test func got10k() throws {
    let place = try dataset("got10k")
    let root = place.folder.appending(path: "data")
    let sequence = try GOT10kDataset(root: root).sequence("synthetic-001")
    #expect(sequence.annotatedFrames.count == 20 && sequence.cover[0] >= 6 && sequence.cover[10] == 0)
    #expect(sequence.region(0) != nil && sequence.region(10) == nil)
    #expect(try place.text("data/list.txt") == "synthetic-000\nsynthetic-001\n")
    #expect(try place.text("data/synthetic-001/absence.label").split(separator: "\n").count == 20)
    #expect(try place.text("data/synthetic-001/meta_info.ini").contains("resolution: (64, 40)\n"))
    #expect(place.files(in: "data/results/lagging/synthetic-001") == ["synthetic-001_001.txt"])
  }

  @Test func vot() throws {
    let place = try dataset("vot")
    let root = place.folder.appending(path: "data")
    let sequence = try VOTDataset(root: root).sequence("synthetic-001")
    #expect(
      sequence.frameCount == 20 && sequence.truth.count == 20 && sequence.tags["occlusion"]?.count == 20)
    let video = SyntheticVideos(seed: 3, sequences: 2, frames: 20, height: 40, width: 64).sequences[1]
    for frame in [0, 10] {
      let (mask, region) = (video.mask(frame, object: video.leader), try #require(sequence.region(frame)))
      let filled = Mask(of: region, height: 40, width: 64)
      #expect(zip(mask.values, filled.values).allSatisfy { $0 <= $1 }, "the rectangle holds the mask")
      #expect(region.corners.count == 4 && filled.area <= Int(mask.boundingBox!.area) + 40)
    }
    for tracker in Self.trackers {
      let path = "results/\(tracker)/baseline/synthetic-001/synthetic-001_001.txt"
      let run = try VOTTrajectory(contentsOf: root.appending(path: path)).entries
      #expect(run.count == 20 && run[0] == .initialization)
      for failure in run.indices where run[failure] == .failure {
        #expect(failure + 5 >= 20 || run[failure + 5] == .initialization)
      }
    }
  }

  @Test func whatCannotBeIsSaid() throws {
    let place = try Workplace(for: "SynthesizeVideos")
    try place.write([], to: "data/file")
    let full = try place.run(["--output", "data", "--layout", "otb"])
    #expect(full.exitCode == 1 && full.errors.count == 1 && full.errors[0].contains("not empty"))
    #expect(place.files(in: "data") == ["file"])
    let file = try place.run(["--output", "data/file", "--layout", "otb"])
    #expect(file.exitCode == 1 && file.errors.count == 1)
    for arguments in [["--layout", "vos"], ["--size", "40"], ["--videos", "0"], ["--frames", "x"]] {
      #expect(try place.run(["--output", "new", "--layout", "otb"] + arguments).exitCode == 64)
    }
    #expect(place.files(in: "new") == [])
  }
}
