import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import Synchronization
import Tensor
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
    let dataset = try DAVISDataset(root: inputs.truthFolder, list: list)
    let sequences = try readable(dataset.names) { try dataset.sequence($0) }
    var report = Report(
      title: "DAVIS", columns: ["J&F", "J", "J recall", "J decay", "F", "F recall", "F decay"])
    try inputs.forEachTracker { name, folder in
      let results = try readable(sequences) { sequence -> MaskResults? in
        let own = folder.appending(path: sequence.name)
        if Folder.isFolder(own) { return try MaskResults(sequence, own) }
        Program.warn("\(name) has no folder \(sequence.name): left out")
        return nil
      }
      let frames = try MaskResults.compare(results, of: name, singleObject: singleObject)
      let found = try readable(Array(zip(results, frames))) { own, frames in
        let scores = try own.scores(frames.map { try $0.get() }, singleObject: singleObject)
        own.show(in: &report, of: name)
        return (name: own.sequence.name, scores: scores)
      }
      guard !found.isEmpty else { return }
      let scores = found.flatMap(\.scores)
      let means = found.map { ($0.name, $0.scores.map { ($0.region.mean + $0.boundary.mean) / 2 }.mean) }
      let (j, f) = (scores.map(\.region), scores.map(\.boundary))
      let figures = [j, f].flatMap { [$0.map(\.mean).mean, $0.map(\.recall).mean, $0.map(\.decay).mean] }
      report.add(
        name, [(figures[0] + figures[3]) / 2] + figures, sequences: Dictionary(uniqueKeysWithValues: means))
    }
    try inputs.present(report)
  }
}

/// A method's masks of a sequence beside the true ones.
struct MaskResults {
  let sequence: DAVISSequence
  private let files: [URL?]
  /// The frames that count, each of which must have a mask.
  private let counted: Range<Int>

  init(_ sequence: DAVISSequence, _ folder: URL) throws {
    self.sequence = sequence
    files = try FrameFolder(folder).filesByFrame(of: sequence.frames)
    counted = files.count > 2 ? 1..<files.count - 1 : files.indices
    if let missing = counted.first(where: { files[$0] == nil }) {
      let name = "\(sequence.frames.frameName(missing)).png"
      throw DatasetError.missingMask(path: folder.appending(path: name).path)
    }
  }

  /// Has the masks of all objects together beside the true ones in the pictures.
  func show(in report: inout Report, of name: String) {
    func region(_ map: IndexedImage) -> Region { .mask(Mask(map)) }
    report.show(
      sequence.name, frameCount: files.count,
      { try files[$0].map { region(try .annotation(contentsOf: $0)) } }, of: name,
      truth: { try sequence.masks($0).map(region) })
  }

  /// Compares the frames of each sequence; those of all are shared out among the CPUs.
  static func compare(_ results: [MaskResults], of name: String, singleObject: Bool) throws -> [[Outcome]] {
    let places = results.flatMap { own in own.files.indices.map { (own, $0) } }
    let bar = Mutex(ProgressBar(name, count: places.count))
    defer { bar.withLock { $0.finish() } }
    var frames = try concurrentMap(places.count) { index in
      let (own, frame) = places[index]
      defer { bar.withLock { $0.advance(own.sequence.name) } }
      return Result { try own.compare(frame, singleObject: singleObject) }
    }[...]
    return results.map { own in
      defer { frames = frames.dropFirst(own.files.count) }
      return Array(frames.prefix(own.files.count))
    }
  }

  /// A frame's scores, or what keeps it from having any.
  typealias Outcome = Result<Frame, any Error>

  /// What a frame's masks have in common.
  struct Frame {
    /// The objects that are there in truth.
    var objects: [Int]
    /// The score of each label in either map; under 0 that of all. None of a frame that doesn't count.
    var scores: [Int: MaskScore]
  }

  private func compare(_ frame: Int, singleObject: Bool) throws -> Frame {
    let truth = try sequence.annotation(frame)
    guard counted.contains(frame), let file = files[frame] else {
      return Frame(objects: truth.objects, scores: [:])
    }
    let found = try IndexedImage.annotation(contentsOf: file)
    guard found.height == truth.height && found.width == truth.width else {
      throw DatasetError.sizeMismatch(
        path: file.path, height: found.height, width: found.width, expectedHeight: truth.height,
        expectedWidth: truth.width)
    }
    let objects = truth.objects
    let labels = singleObject ? [0] : Set(objects + found.objects)
    return Frame(
      objects: objects,
      scores: Dictionary(
        uniqueKeysWithValues: labels.map { ($0, MaskScore(found, truth, label: $0 == 0 ? nil : UInt8($0))) }))
  }

  /// The scores of each object.
  func scores(_ frames: [Frame], singleObject: Bool) throws -> [SegmentationScore] {
    let objects = Set(frames.flatMap(\.objects)).sorted()
    guard !objects.isEmpty else {
      throw DatasetError.noObjects(path: sequence.annotationFolder.path)
    }
    return try (singleObject ? [0] : objects).map { object in
      try SegmentationScore(
        frames: frames[counted].map { $0.scores[object] ?? .bothEmpty }, excludingEnds: false)
    }
  }
}
