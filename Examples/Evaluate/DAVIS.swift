import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
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
    for (name, folder) in try inputs.entries() {
      var bar = ProgressBar(name, count: sequences.count)
      defer { bar.finish() }
      let found = try readable(sequences) { sequence -> (name: String, scores: [SegmentationScore])? in
        defer { bar.advance(sequence.name) }
        let results = folder.appending(path: sequence.name)
        guard Folder.isFolder(results) else {
          Program.warn("\(name) has no folder \(sequence.name): left out")
          return nil
        }
        return (sequence.name, try MaskResults(sequence, results, singleObject: singleObject).scores)
      }
      guard !found.isEmpty else { continue }
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
  /// Of each object.
  let scores: [SegmentationScore]

  init(_ sequence: DAVISSequence, _ folder: URL, singleObject: Bool) throws {
    let files = try FrameFolder(folder).files(for: sequence.frames)
    let pairs = try concurrentMap(files.count) { frame in
      let (found, truth) = (
        try IndexedImage.annotation(contentsOf: files[frame]), try sequence.annotation(frame)
      )
      guard found.height == truth.height && found.width == truth.width else {
        throw DatasetError.sizeMismatch(
          path: files[frame].path, height: found.height, width: found.width, expectedHeight: truth.height,
          expectedWidth: truth.width)
      }
      return (found: found, truth: truth)
    }
    let objects = Set(pairs.flatMap(\.truth.objects)).sorted()
    guard !objects.isEmpty else {
      throw DatasetError.noObjects(path: sequence.annotationFolder.path)
    }
    let labels = singleObject ? [nil] : objects.map { UInt8($0) as UInt8? }
    scores = try concurrentMap(labels.count) { index in
      try SegmentationScore(
        predictions: pairs.map { Mask($0.found, label: labels[index]) },
        truth: pairs.map { Mask($0.truth, label: labels[index]) }, excludingEnds: pairs.count > 2)
    }
  }
}
