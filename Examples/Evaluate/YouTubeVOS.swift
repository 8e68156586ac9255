import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import Tensor
import Vision

/// YouTube-VOS's J and F over seen and unseen classes.
struct YouTubeVOS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "youtubevos",
    abstract: "YouTube-VOS's region similarity J and boundary measure F, over seen and unseen classes.",
    discussion: """
      --truth is a part of the data set (JPEGImages, Annotations, meta.json), --results hold VIDEO/FRAME.png. An object counts \
      from the annotated frame after its first, which is given away, to the last.
      """)

  @OptionGroup var inputs: Inputs

  @Option(help: "The training set's folder, or another with its meta.json: the classes in it are seen.")
  var train: String?

  func run() throws {
    let dataset = try YouTubeVOSDataset(root: inputs.truthFolder)
    let seen = try train.map { try YouTubeVOSDataset(root: URL(filePath: $0)).categories }
    var report = Report(
      title: "YouTube-VOS",
      columns: ["J&F"] + (seen == nil ? ["J", "F"] : ["J seen", "F seen", "J unseen", "F unseen"]))
    try inputs.forEachTracker { name, folder in
      var bar = ProgressBar(name, count: dataset.names.count)
      defer { bar.finish() }
      let videos = try readable(dataset.names) { video -> (name: String, objects: [ScoredObject])? in
        defer { bar.advance(video) }
        let results = folder.appending(path: video)
        guard Folder.isFolder(results) else {
          Program.warn("\(name) has no folder \(video): left out")
          return nil
        }
        return (video, try Self.scores(of: dataset.sequence(video), in: results))
      }
      let objects = videos.flatMap(\.objects)
      let means = videos.map { ($0.name, YouTubeVOSScore($0.objects, seen: nil).overall) }
      guard !objects.isEmpty else { return }
      let score = YouTubeVOSScore(objects, seen: seen)
      let parts = seen == nil ? [score.seen] : [score.seen, score.unseen]
      report.add(
        name, [score.overall] + parts.flatMap { [$0.region, $0.boundary] },
        sequences: Dictionary(uniqueKeysWithValues: means))
    }
    try inputs.present(report)
  }

  private typealias ScoredObject = (category: String, score: SegmentationScore)

  /// The scores of a video's objects.
  private static func scores(of video: YouTubeVOSSequence, in folder: URL) throws -> [ScoredObject] {
    let found = try FrameFolder(folder)
    let frames = video.annotatedFrames
    let pairs = try concurrentMap(frames.count) { index in
      let stem = video.frames.files[frames[index]].deletingPathExtension().lastPathComponent
      let truth = try video.masks(frames[index])!
      // All objects of the first annotated frame are given away: it needs no mask.
      if index == 0 { return (stem: stem, found: truth, truth: truth) }
      guard let file = found.files.first(where: { $0.deletingPathExtension().lastPathComponent == stem })
      else {
        throw DatasetError.missingMask(path: folder.appending(path: "\(stem).png").path)
      }
      let mask = try IndexedImage.annotation(contentsOf: file)
      guard (mask.height, mask.width) == (truth.height, truth.width) else {
        throw DatasetError.sizeMismatch(
          path: file.path, height: mask.height, width: mask.width, expectedHeight: truth.height,
          expectedWidth: truth.width)
      }
      return (stem: stem, found: mask, truth: truth)
    }
    return try video.objects.compactMap { id in
      let details = video.details[id]
      let first = pairs.firstIndex { details?.frames.contains($0.stem) ?? $0.truth.objects.contains(id) }
      let counted = first.map { pairs[($0 + 1)...] } ?? []
      if counted.isEmpty { return nil }
      let score = try SegmentationScore(
        predictions: counted.map { Mask($0.found, label: UInt8(id)) },
        truth: counted.map { Mask($0.truth, label: UInt8(id)) }, excludingEnds: false)
      return (details?.category ?? "", score)
    }
  }
}
