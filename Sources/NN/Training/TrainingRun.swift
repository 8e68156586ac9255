import Foundation
import Tensor

/// A training from its first step to its last, and everything that it leaves in a folder.
///
/// ```swift
/// var run = try TrainingRun(
///   folder: output, network, optimizer, schedule, identity: ["preset": "small"], best: .maximum("val_j"))
/// if let resume { try run.resume(from: resume) }
/// try run.train(epochs: 10, on: loader) { batch in
///   criterion(logits: network(batch.input), truth: batch.truth)     // or (loss, ["positives": …]) to log more
/// } validate: { epoch in
///   try score(network, heldOut)                                     // ["val_loss": …, "val_j": …]
/// }
/// ```
///
/// The folder gets
/// - `model.safetensors`: the networks as they did best in validation;
/// - `last.safetensors`: everything to go on from, bit for bit, within an epoch too;
/// - `log.csv`: a row of metrics for each epoch, and the same for TensorBoard (`events.out.tfevents.…`);
/// - the pictures that the training draws.
///
/// In a program that called `Program.prepare()`, Ctrl-C ends the run after the step in work, once that is saved.
///
/// In a group of processes, `TrainingRun(in: world, …)`, each takes its part of every batch, and all take the same steps, by
/// the means of their gradients and metrics; so the batch size stays what it is in one process, and a run resumes in a group
/// of any size. Norms go by their own process's part unless they are synchronised; after an epoch their running statistics
/// are averaged. Validation runs in each process, as do closures; the first one alone writes, and reports.
public struct TrainingRun {
  /// What a run says while it goes on.
  public enum Progress: Sendable {
    /// A bar over the steps of each epoch, and a line of metrics after it.
    case steps
    /// One bar over the epochs, of this title: for one training among many.
    case epochs(String)
  }

  /// The folder of the results.
  public let folder: OutputFolder
  /// The metrics of each epoch so far.
  public internal(set) var log = TrainingLog()

  let networks: any Module
  let optimizers: [any Optimizer]
  let schedulers: [any Scheduler]
  let identity: [String: String]
  let metadata: [String: String]
  let goal: MetricGoal
  let progress: Progress
  let group: any ProcessGroup
  let synchronizesNorms: Bool
  /// What the optimisers change, by the names that the networks give it.
  private let trained: [NamedParameter]
  var position = TrainingPosition()
  var averages: ParameterAverages?
  private let events: EventFile

  /// A run of one network.
  /// - Parameters:
  ///   - group: the processes that train together, such as `Communicator.world`.
  ///   - folder: where the results go; made where it is missing.
  ///   - network: what is trained.
  ///   - optimizer: what changes its parameters.
  ///   - scheduler: what changes the optimiser's learning rates, by epochs or by steps.
  ///   - identity: what makes two runs the same, such as options and data. A run resumes only where it agrees.
  ///   - best: which metric of the validation says that a network is better.
  ///   - decay: that of running averages of the parameters (Polyak & Juditsky 1992), such as 0.999: then these
  ///     are validated and saved as the best.
  ///   - synchronizingNorms: whether batch norms go by the whole batch, not by each process's part.
  ///   - metadata: texts that `model.safetensors` carries.
  ///   - progress: what the run says.
  /// - Throws: `OutputFolderError`, `TrainingRunError`.
  public init(
    in group: any ProcessGroup = OneProcess(), folder: URL, _ network: some Module,
    _ optimizer: any Optimizer, _ scheduler: (any Scheduler)? = nil, identity: [String: String] = [:],
    best: MetricGoal, averaging decay: Double? = nil, synchronizingNorms: Bool = false,
    metadata: [String: String] = [:], progress: Progress = .steps
  ) throws {
    try self.init(
      group, folder, network, [optimizer], scheduler.map { [$0] } ?? [], identity, best, decay,
      synchronizingNorms, metadata, progress)
  }

  /// A run of several networks, or of several optimisers; the networks' names stand in front of their parameters' in the
  /// files.
  /// - Throws: `OutputFolderError`, `TrainingRunError`.
  public init(
    in group: any ProcessGroup = OneProcess(), folder: URL, networks: KeyValuePairs<String, any Module>,
    optimizers: [any Optimizer], schedulers: [any Scheduler] = [], identity: [String: String] = [:],
    best: MetricGoal, averaging decay: Double? = nil, synchronizingNorms: Bool = false,
    metadata: [String: String] = [:], progress: Progress = .steps
  ) throws {
    try self.init(
      group, folder, ModuleGroup(parts: networks.map { ($0.key, $0.value) }), optimizers, schedulers,
      identity, best, decay, synchronizingNorms, metadata, progress)
  }

  private init(
    _ group: any ProcessGroup, _ folder: URL, _ networks: any Module, _ optimizers: [any Optimizer],
    _ schedulers: [any Scheduler], _ identity: [String: String], _ goal: MetricGoal, _ decay: Double?,
    _ synchronizesNorms: Bool, _ metadata: [String: String], _ progress: Progress
  ) throws {
    self.folder = try OutputFolder(folder, in: group)
    (self.group, self.synchronizesNorms) = (group, synchronizesNorms)
    trained = networks.named(optimizers.flatMap(\.groups).flatMap(\.parameters))
    (self.networks, self.optimizers, self.schedulers) = (networks, optimizers, schedulers)
    (self.identity, self.goal, self.metadata, self.progress) = (identity, goal, metadata, progress)
    averages = decay.map { ParameterAverages(of: networks, decay: $0) }
    position.best = goal.worst
    events = EventFile(folder: folder)
  }

  /// The best value of the watched metric so far; infinitely bad before the first validation.
  public var best: Double { position.best }

  /// The number of epochs that are done.
  public var epoch: Int { position.epoch }

  /// Trains until `epochs` are done, on a loss.
  /// - Parameters:
  ///   - epochs: how many there are in all, those of a resumed run included.
  ///   - loader: the batches.
  ///   - accumulating: the batches whose mean loss makes one step.
  ///   - clippingNorm: the most that all gradients together may measure.
  ///   - patience: the epochs without a better one after which training ends early.
  ///   - histograms: whether TensorBoard gets histograms of the parameters and of the last step's gradients.
  ///   - loss: the loss of a batch, which is differentiated.
  ///   - validate: the metrics of the networks as they are after an epoch, counted from 0. Not recorded.
  ///   - pictures: what there is to look at after an epoch: PNG files by name.
  ///   - isDone: whether training ends early, asked after each epoch.
  /// - Throws: `TrainingRunError` for a loss that is not finite; what loading, the closures and writing throw.
  public mutating func train<Sample, Batch>(
    epochs: Int, on loader: DataLoader<Sample, Batch>, accumulating: Int = 1, clippingNorm: Double? = nil,
    patience: Int? = nil, histograms: Bool = false, _ loss: (Batch) throws -> Tensor,
    validate: (_ epoch: Int) throws -> Metrics,
    pictures: (TrainingLog) throws -> [String: [UInt8]] = { _ in [:] }, until isDone: () -> Bool = { false }
  ) throws {
    try train(
      epochs: epochs, on: loader, accumulating: accumulating, clippingNorm: clippingNorm, patience: patience,
      histograms: histograms, { batch in (try loss(batch), [:] as Metrics) }, validate: validate,
      pictures: pictures, until: isDone)
  }

  /// As above, with metrics of the batch beside its loss; their means over the epoch are logged.
  public mutating func train<Sample, Batch>(
    epochs: Int, on loader: DataLoader<Sample, Batch>, accumulating: Int = 1, clippingNorm: Double? = nil,
    patience: Int? = nil, histograms: Bool = false, _ loss: (Batch) throws -> (Tensor, Metrics),
    validate: (_ epoch: Int) throws -> Metrics,
    pictures: (TrainingLog) throws -> [String: [UInt8]] = { _ in [:] }, until isDone: () -> Bool = { false }
  ) throws {
    require(accumulating > 0, "TrainingRun: steps of \(accumulating) batches")
    var gradients = Gradients()
    let (optimizers, count, group, trained) = (optimizers, loader.batchCount, group, trained)
    try train(
      epochs: epochs, on: loader, patience: patience,
      steps: { batch, index in
        // The last step of an epoch may have fewer batches.
        let share = min(accumulating, count - index / accumulating * accumulating)
        func scaledLoss() throws -> (Tensor, (Tensor, Metrics)) {
          let (loss, metrics) = try loss(batch)
          return (share == 1 ? loss : loss / Double(share), (loss.detached(), metrics))
        }
        let trainable = trained.filter(\.parameter.isTrainable)
        let (_, found, part) =
          accumulating == 1
          ? try group.valueWithGradient(of: trainable, scaledLoss) : try valueWithGradient(scaledLoss)
        gradients += part
        var metrics: Metrics = ["train_loss": found.0.item]
        metrics.merge(found.1)
        let step = BatchOutcome(
          try group.agreed(on: metrics), isStep: (index + 1) % accumulating == 0 || index + 1 == count)
        if step.isStep && step.metrics["train_loss"]!.isFinite {
          if accumulating > 1 { gradients = try group.averaged(gradients, of: trainable) }
          if let clippingNorm { gradients.clip(toNorm: clippingNorm) }
          for optimizer in optimizers { optimizer.step(gradients) }
          if !histograms || index + 1 < count { gradients = Gradients() }
        }
        return step
      }, validate: validate, pictures: pictures,
      histograms: { [networks] in
        defer { gradients = Gradients() }
        return histograms ? parameterHistograms(of: networks, gradients) : [:]
      }, until: isDone)
  }

  /// Trains by steps of one's own: for adversaries and others that take turns. `step` trains on a batch, with whichever
  /// optimisers, and returns its metrics, the first of which is shown. In a group of processes it averages the gradients
  /// itself.
  public mutating func train<Sample, Batch>(
    epochs: Int, on loader: DataLoader<Sample, Batch>, patience: Int? = nil,
    step: (Batch) throws -> Metrics, validate: (_ epoch: Int) throws -> Metrics,
    pictures: (TrainingLog) throws -> [String: [UInt8]] = { _ in [:] }, until isDone: () -> Bool = { false }
  ) throws {
    let group = group
    try train(
      epochs: epochs, on: loader, patience: patience,
      steps: { batch, _ in BatchOutcome(try group.agreed(on: step(batch)), isStep: true) },
      validate: validate, pictures: pictures, histograms: { [:] }, until: isDone)
  }

  private mutating func train<Sample, Batch>(
    epochs: Int, on loader: DataLoader<Sample, Batch>, patience: Int?,
    steps step: (Batch, _ index: Int) throws -> BatchOutcome, validate: (Int) throws -> Metrics,
    pictures: (TrainingLog) throws -> [String: [UInt8]], histograms: () -> [String: Histogram],
    until isDone: () -> Bool
  ) throws {
    let loader = try divided(loader)
    group.place = "the start"
    try networks.broadcast(in: group)
    guard position.step <= loader.batchCount else {
      throw TrainingRunError.notResumable(
        folder.file("last.safetensors").path,
        reason: "step \(position.step) of epoch \(position.epoch + 1) is none of this data set")
    }
    var bar: ProgressBar?
    if case .epochs(let title) = progress { bar = ProgressBar(title, count: epochs, done: position.epoch) }
    defer { bar?.finish() }
    try Program.deferringInterrupts {
      while position.epoch < epochs && !position.isFinished {
        let start = ContinuousClock.now
        do {
          try trainEpoch(of: epochs, loader, step)
          let validation = try validation(validate)
          try checkFinite(validation)
          let row = row(validation, seconds: (ContinuousClock.now - start) / .seconds(1))
          try end(row, epochs, validation, patience, isDone)
          try show(row, pictures, histograms)
          bar?.advance(Self.text(row.dropping("epoch", "learning_rate", "seconds")))
        } catch is Interruption {
          try saveLast()
          // Where it met another process alone, this one ends too.
          if group.size > 1 { Program.interrupt() }
          Program.sayIfInterrupted("interrupted: go on with --resume \(folder.file("last.safetensors").path)")
          return
        }
      }
    }
    if case .steps = progress {
      Program.report("best \(goal.name) \(Self.number(position.best)); results in \(folder.url.path)")
    }
  }

  /// Throws an `Interruption` between two steps.
  private mutating func trainEpoch<Sample, Batch>(
    of epochs: Int, _ loader: DataLoader<Sample, Batch>,
    _ step: (Batch, Int) throws -> BatchOutcome
  ) throws {
    let batches = loader.batches(epoch: position.epoch, from: position.step)
    var bar: ProgressBar?
    if case .steps = progress {
      bar = ProgressBar(
        "epoch \(position.epoch + 1)/\(epochs)", count: loader.batchCount, done: position.step)
    }
    defer { bar?.finish() }
    for batch in batches {
      group.place = "epoch \(position.epoch + 1), step \(position.step + 1)"
      let outcome = try inStep { try step(batch.get(), position.step) }
      let (metrics, isStep) = (outcome.metrics, outcome.isStep)
      if let name = metrics.names.first(where: { $0.hasSuffix("loss") && !metrics[$0]!.isFinite }) {
        throw lossIsNotFinite("step \(position.step + 1): \(name)")
      }
      position.add(metrics)
      if isStep {
        averages?.update()
        for scheduler in schedulers where scheduler.interval == .step { scheduler.step(metrics) }
      }
      if let name = metrics.names.first {
        bar?.advance("\(name) \(Self.number(position.sums[name]! / Double(position.step)))")
      }
      if isStep && (outcome.isInterrupted || group.size == 1 && Program.isInterrupted) {
        throw Interruption()
      }
    }
  }

  private func checkFinite(_ validation: Metrics) throws {
    for name in validation.names where name == goal.name || name.hasSuffix("loss") {
      if !validation[name]!.isFinite { throw lossIsNotFinite("validation: \(name)") }
    }
  }

  private func lossIsNotFinite(_ what: String) -> TrainingRunError {
    let last = folder.file("last.safetensors").path
    return .lossIsNotFinite(
      "epoch \(position.epoch + 1), \(what)", last: FileManager.default.fileExists(atPath: last) ? last : nil)
  }

  private func row(_ validation: Metrics, seconds: Double) -> Metrics {
    var row: Metrics = ["epoch": Double(position.epoch + 1)]
    row.merge(position.means)
    row.merge(validation)
    for (index, optimizer) in optimizers.enumerated() {
      row[index == 0 ? "learning_rate" : "learning_rate_\(index + 1)"] = optimizer.learningRate
    }
    row["seconds"] = seconds
    return row
  }

  /// The end of an epoch: logs, keeps the best, steps the schedulers, saves.
  private mutating func end(
    _ row: Metrics, _ epochs: Int, _ validation: Metrics, _ patience: Int?, _ isDone: () -> Bool
  ) throws {
    log.append(row)
    if group.isWriter { try log.write(to: folder.file("log.csv")) }
    if case .steps = progress {
      Program.report("epoch \(position.epoch + 1)/\(epochs)  \(Self.text(row.dropping("epoch")))")
    }
    let value = goal.value(in: validation, for: "TrainingRun")
    if goal.isBetter(value, than: position.best) {
      (position.best, position.bestEpoch) = (value, position.epoch)
      if group.isWriter {
        let (networks, file, metadata) = (networks, folder.file("model.safetensors"), metadata)
        try averages.swapped { try networks.save(to: file, metadata: metadata) }
      }
    }
    for scheduler in schedulers where scheduler.interval == .epoch { scheduler.step(row) }
    let isStale = patience.map { position.epoch - position.bestEpoch >= $0 } ?? false
    position.advance()
    position.isFinished = isDone() || isStale
    try saveLast()
  }

  private func show(
    _ row: Metrics, _ pictures: (TrainingLog) throws -> [String: [UInt8]],
    _ histograms: () -> [String: Histogram]
  ) throws {
    let histograms = histograms()
    guard group.isWriter else { return }
    let pictures = try pictures(log)
    for (name, bytes) in pictures.sorted(by: { $0.key < $1.key }) {
      do throws(WholeFile.Failure) {
        try WholeFile.write(bytes, to: folder.file(name))
      } catch {
        throw TrainingRunError.unwritable(folder.file(name).path, reason: error.reason)
      }
    }
    try events.write(row.dropping("epoch"), images: pictures, histograms: histograms, step: position.epoch)
  }

  private static func text(_ row: Metrics) -> String {
    row.names.map { name in
      switch name {
      case "seconds": String(format: "%.0f s", row[name]!)
      case _ where name.hasPrefix("learning_rate"): "\(name) " + String(format: "%.2g", row[name]!)
      default: "\(name) \(number(row[name]!))"
      }
    }.joined(separator: "  ")
  }

  private static func number(_ value: Double) -> String { String(format: "%.4f", value) }
}

/// What a batch led to.
struct BatchOutcome {
  let metrics: Metrics
  /// Whether the optimisers took a step.
  let isStep: Bool
  /// Whether the run is to end here.
  let isInterrupted: Bool

  init(_ agreed: (metrics: Metrics, isInterrupted: Bool), isStep: Bool) {
    (metrics, isInterrupted, self.isStep) = (agreed.metrics, agreed.isInterrupted, isStep)
  }
}

/// Several modules as one, their names in front of their parameters'.
private struct ModuleGroup: Module, CustomReflectable {
  let parts: [(name: String, module: any Module)]

  var customMirror: Mirror { Mirror(self, children: parts.map { (label: $0.name, value: $0.module) }) }
}

extension Metrics {
  fileprivate func dropping(_ names: String...) -> Metrics {
    var result = self
    for name in names { result[name] = nil }
    return result
  }
}
