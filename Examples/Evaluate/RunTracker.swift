import ArgumentParser
import Datasets
import Distributed
import Evaluation
import Foundation
import NN
import SFModels
import Vision

/// Runs a tracker over a data set.
struct RunTracker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a tracker over a data set, and writes its results as the benchmark wants them.",
    discussion: """
      The results go to OUTPUT/TRACKER, for the other commands' --results. Sequences that have results are skipped; one that \
      can't be read or on which the tracker fails is named, and the exit status is then 1. Ctrl-C ends with 130: what is \
      finished stays. Started by mpirun, several processes share the sequences.
      """)

  @Option(help: "Which tracker.")
  var tracker = TrackerName.correlation

  @Option(
    parsing: .upToNextOption,
    help:
      "Folders of results that trackers left before, SEQUENCE.txt or of one object SEQUENCE-OBJECT.txt, and 'truth' for the true boxes: instead of --tracker, what they agree on. Their results go to the folder 'recorded'."
  )
  var recorded: [String] = []

  @Option(
    help:
      "The weights of a tracker that has some, a file of PyTorch's or safetensors; with --recorded or the ensemble a model of TrainSFTrack, which tells the target's pixels."
  )
  var model: String?

  @Option(help: "The data set's folder.")
  var data: String

  @Option(help: "The data set's layout; without it the one that the folder looks like.")
  var layout: Layout?

  @Option(
    name: .customLong("protocol"),
    help: "How the tracker is run; without it as the layout's benchmark has it.")
  var rules: Rules?

  @Option(help: "Where the results go, in a folder named like the tracker.")
  var output: String

  /// How trackers are run.
  enum Rules: String, CaseIterable, ExpressibleByArgument {
    /// Once, a file of boxes for each sequence.
    case onepass
    /// The same in GOT-10k's folders.
    case got10k
    /// VOT's until 2019.
    case reset
    /// VOT's from 2020 on.
    case multistart
    /// Masks of all objects.
    case masks
    /// Boxes of all objects.
    case boxes
  }

  func validate() throws {
    if recorded.isEmpty, let objection = tracker.objection(toModel: model) {
      throw ValidationError(objection)
    }
    if !recorded.isEmpty, rules == .reset || rules == .multistart {
      throw ValidationError("trackers that ran before can't be started again: --recorded goes with one pass")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted; the results of finished sequences are in \(output)")
    let root = URL(filePath: data)
    switch try layout ?? Layout(of: root) {
    case .boxes(.vot) where rules == .multistart:
      let dataset = try VOTDataset(root: root)
      try run(
        VOTMultiStartExperiment(), dataset.names, dataset.sequence, factory(origin: 0) { _ in [] })
    case .boxes(let layout):
      let usual: [BoxLayout: Rules] =
        recorded.isEmpty ? [.got10k: .got10k, .vot: .reset] : [.got10k: .got10k]
      try run(boxes: layout.open(root), usual[layout] ?? .onepass, origin: layout == .otb ? 1 : 0)
    case .masks(let layout): try run(masks: layout.open(root))
    }
  }

  private func run(boxes dataset: OpenDataset<any BoxAnnotated>, _ usual: Rules, origin: Double) throws {
    let factory = try factory(origin: origin) { name in
      let sequence = try dataset.sequence(name)
      return try (0..<sequence.frameCount).map { try sequence.region($0)?.boundingBox }
    }
    switch rules ?? usual {
    case .onepass:
      try run(OnePassExperiment(.flat(origin: origin)), dataset.names, dataset.sequence, factory)
    case .got10k: try run(OnePassExperiment(.repeated(1)), dataset.names, dataset.sequence, factory)
    case .reset: try run(VOTResetExperiment(), dataset.names, dataset.sequence, factory)
    case let rules: throw ValidationError("--protocol \(rules.rawValue) is not for a data set of this layout")
    }
  }

  private func run(masks dataset: OpenDataset<any MaskAnnotated & FolderSequence>) throws {
    let factory = try factory(origin: 0) { name in
      let sequence = try dataset.sequence(name)
      guard let object = try sequence.objects.first else { return [] }
      return try (0..<sequence.frameCount).map { try sequence.mask($0, object: object)?.boundingBox }
    }
    let isRecorded = !recorded.isEmpty
    func open(_ name: String) throws -> any MaskAnnotated & FolderSequence {
      let sequence = try dataset.sequence(name)
      if isRecorded, try sequence.objects.count > 1 { throw SeveralObjects(sequence: name) }
      return sequence
    }
    switch rules ?? .masks {
    case .masks: try run(MaskExperiment(), dataset.names, open, factory)
    case .boxes: try run(ObjectBoxExperiment(), dataset.names, open, factory)
    case let rules: throw ValidationError("--protocol \(rules.rawValue) is not for a data set of this layout")
    }
  }

  /// What makes the tracker of a sequence, given what its true boxes are.
  private func factory(
    origin: Double, truth: @escaping @Sendable (String) throws -> [Box?]
  ) throws -> (String) -> TrackerFactory {
    guard recorded.isEmpty else {
      let trackers = try RecordedTrackers(recorded, model: model, origin: origin)
      return { name in trackers.factory(name) { try truth(name) } }
    }
    let (tracker, model) = (tracker, model.map { URL(filePath: $0) })
    // Weights that can't be read are no sequence's fault.
    _ = try tracker.make(model: model)
    return { _ in { try tracker.make(model: model) } }
  }

  private func run<Experiment: TrackingExperiment>(
    _ experiment: Experiment, _ names: [String], _ open: (String) throws -> Experiment.Video,
    _ factory: (String) -> TrackerFactory
  ) throws {
    let name = recorded.isEmpty ? tracker.rawValue : "recorded"
    let world = try Communicator.world
    let folder = try OutputFolder(URL(filePath: output).appending(path: name), in: world)
    let own = world.share(of: names)
    var tally = Tally(count: own.count)
    for name in own {
      try experiment.run(factory(name), on: [name], opening: open, into: folder.url) { tally.take($0) }
    }
    let total = Tally.Numbers(sumOf: try world.gathered(tally.numbers, isLimited: false))
    Program.report("\(total.text); results in \(folder.url.path)")
    if total.failed > 0 { throw ExitCode.failure }
  }
}

/// What happened so far, with a bar of progress for each sequence.
private struct Tally {
  /// The figures, which add up over processes.
  struct Numbers: Codable {
    var (done, skipped, failed, frames) = (0, 0, 0, 0)
    var seconds = 0.0
  }

  let count: Int
  private(set) var numbers = Numbers()
  private var bar: ProgressBar?

  init(count: Int) { self.count = count }

  mutating func take(_ event: ExperimentEvent) {
    switch event {
    case .skipped: numbers.skipped += 1
    case .began(let name, let frames):
      let number = numbers.done + numbers.skipped + numbers.failed + 1
      bar = ProgressBar("\(number) of \(count), \(name)", count: frames)
    case .tracked(let time):
      numbers.frames += 1
      numbers.seconds += time
      let note = numbers.speed
      bar?.advance(note)
    case .finished:
      numbers.done += 1
      bar?.finish()
    case .failed(let name, let error):
      numbers.failed += 1
      bar?.finish()
      let reason = "\(error)"
      Program.warn(reason.contains(name) ? reason : "\(name): \(reason)")
    }
  }
}

extension Tally.Numbers {
  fileprivate init(sumOf parts: [Self]) {
    for part in parts {
      done += part.done
      skipped += part.skipped
      failed += part.failed
      frames += part.frames
      seconds += part.seconds
    }
  }

  fileprivate var text: String {
    let parts = [
      "\(done) sequence\(done == 1 ? "" : "s") run", skipped > 0 ? "\(skipped) had results" : nil,
      failed > 0 ? "\(failed) failed" : nil, frames > 0 ? "\(frames) frames, \(speed)" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  fileprivate var speed: String { String(format: "%.0f a second", Double(frames) / max(seconds, 1e-9)) }
}

extension TrackerName: ExpressibleByArgument {}
