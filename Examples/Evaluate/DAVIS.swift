import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import Synchronization
import Vision

/// DAVIS's region similarity J and boundary measure F.
struct DAVIS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "davis",
    abstract: "DAVIS's region similarity J and boundary measure F: mean, recall, decay, over all objects.",
    discussion: """
      --truth is the data set's folder (JPEGImages/480p, Annotations/480p), --results hold SEQUENCE/FRAME.png: labels, or \
      grey levels of one object. The first frame of a sequence, which is given away, and the last don't count.
      """)

  @OptionGroup var inputs: Inputs

  @Option(help: "A list of sequences under ImageSets, such as 2016/val.")
  var list: String?

  @Flag(help: "All objects of a frame are one, as DAVIS 2016 has it.")
  var singleObject = false

  func run() throws {
    let sequences = try DAVISDataset(root: inputs.truthFolder, list: list).sequences
    var report = Report(
      title: "DAVIS", columns: ["J&F", "J", "J recall", "J decay", "F", "F recall", "F decay"])
    for (name, folder) in try inputs.entries() {
      let results = try sequences.compactMap { sequence -> MaskResults? in
        let own = folder.appending(path: sequence.name)
        if Folder.isFolder(own) { return try MaskResults(sequence, own) }
        Program.warn("\(name) has no folder \(sequence.name): left out")
        return nil
      }
      guard !results.isEmpty else { continue }
      for own in results { own.show(in: &report, of: name) }
      let scores = try MaskResults.scores(results, of: name, singleObject: singleObject)
      let (j, f) = (scores.joined().map(\.region), scores.joined().map(\.boundary))
      let figures = [j, f].flatMap { [$0.map(\.mean).mean, $0.map(\.recall).mean, $0.map(\.decay).mean] }
      let means = scores.map { $0.map { ($0.region.mean + $0.boundary.mean) / 2 }.mean }
      report.add(
        name, [(figures[0] + figures[3]) / 2] + figures,
        sequences: Dictionary(uniqueKeysWithValues: zip(results.map(\.sequence.name), means)))
    }
    try inputs.present(report)
  }
}

/// A method's masks of a sequence beside the true ones.
struct MaskResults {
  let sequence: DAVISSequence
  private let files: [URL]

  init(_ sequence: DAVISSequence, _ folder: URL) throws {
    self.sequence = sequence
    files = try FrameFolder(folder).files(for: sequence.frames)
  }

  /// Has the masks of all objects together beside the true ones in the pictures.
  func show(in report: inout Report, of name: String) {
    func region(_ map: IndexedImage) -> Region { .mask(Mask(map)) }
    report.show(
      sequence.name, frameCount: files.count, { region(try .annotation(contentsOf: files[$0])) }, of: name,
      truth: { try sequence.masks($0).map(region) })
  }

  /// The scores of each object of each sequence; the frames of all are shared out among the CPUs.
  static func scores(_ results: [MaskResults], of name: String, singleObject: Bool) throws
    -> [[SegmentationScore]]
  {
    let places = results.flatMap { own in own.files.indices.map { (own, $0) } }
    let bar = Mutex(ProgressBar(name, count: places.count))
    defer { bar.withLock { $0.finish() } }
    var frames = try concurrentMap(places.count) { index in
      let (own, frame) = places[index]
      defer { bar.withLock { $0.advance(own.sequence.name) } }
      return try own.compare(frame, singleObject: singleObject)
    }[...]
    return try results.map { own in
      defer { frames = frames.dropFirst(own.files.count) }
      return try own.scores(frames.prefix(own.files.count), singleObject: singleObject)
    }
  }

  /// What a frame's masks have in common.
  private struct Frame {
    /// The objects that are there in truth.
    var objects: [Int]
    /// The score of each label in either map; under 0 that of all.
    var scores: [Int: MaskScore]
  }

  private func compare(_ frame: Int, singleObject: Bool) throws -> Frame {
    let (found, truth) = (
      try IndexedImage.annotation(contentsOf: files[frame]), try sequence.annotation(frame)
    )
    guard found.height == truth.height && found.width == truth.width else {
      throw DatasetError.sizeMismatch(
        path: files[frame].path, height: found.height, width: found.width, expectedHeight: truth.height,
        expectedWidth: truth.width)
    }
    let objects = truth.objects
    let labels = singleObject ? [0] : Set(objects + found.objects)
    return Frame(
      objects: objects,
      scores: Dictionary(
        uniqueKeysWithValues: labels.map { ($0, MaskScore(found, truth, label: $0 == 0 ? nil : UInt8($0))) }))
  }

  private func scores(_ frames: ArraySlice<Frame>, singleObject: Bool) throws -> [SegmentationScore] {
    let objects = Set(frames.flatMap(\.objects)).sorted()
    guard !objects.isEmpty else {
      throw DatasetError.noObjects(path: sequence.annotationFolder.path)
    }
    return try (singleObject ? [0] : objects).map { object in
      try SegmentationScore(
        frames: frames.map { $0.scores[object] ?? .bothEmpty }, excludingEnds: frames.count > 2)
    }
  }
}
