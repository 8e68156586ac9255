import Foundation
import Tensor

/// How far a run has come.
struct TrainingPosition {
  var epoch = 0
  /// Batches of the epoch in work.
  var step = 0
  /// Of the epoch in work, by metric.
  var sums = Metrics()
  var best = 0.0
  var bestEpoch = 0
  /// Whether training has ended early.
  var isFinished = false

  mutating func add(_ metrics: Metrics) {
    step += 1
    for name in metrics.names { sums[name] = (sums[name] ?? 0) + metrics[name]! }
  }

  var means: Metrics {
    var means = sums
    for name in sums.names { means[name] = sums[name]! / Double(max(step, 1)) }
    return means
  }

  mutating func advance() {
    (epoch, step, sums) = (epoch + 1, 0, Metrics())
  }
}

extension TrainingRun {
  /// Goes on from the `last.safetensors` of a run of the same identity, networks, optimisers and schedules, bit for bit,
  /// also in another folder.
  /// - Throws: `TrainingRunError`, `CheckpointError`, `TrainingLogError`.
  public mutating func resume(from url: URL) throws {
    let checkpoint = try SafeTensors(contentsOf: url)
    let texts = checkpoint.metadata
    guard let epoch = texts["epoch"].flatMap({ Int($0) }), let step = texts["step"].flatMap({ Int($0) }),
      let best = texts["best"].flatMap({ Double($0) }),
      let bestEpoch = texts["best_epoch"].flatMap({ Int($0) }),
      let randomState = texts["random_state"].flatMap({ UInt64($0) }),
      let sums = texts["sums"].flatMap(Metrics.init(text:))
    else {
      throw TrainingRunError.notResumable(
        url.path, reason: "holds no training state, so is no last.safetensors")
    }
    guard epoch >= 0, step >= 0 else {
      throw TrainingRunError.notResumable(
        url.path, reason: "step \(step) of epoch \(epoch + 1) is none of a training")
    }
    for (option, now) in identity.sorted(by: { $0.key < $1.key }) where texts[option] != now {
      throw TrainingRunError.otherRun(option, was: texts[option] ?? "nothing", is: now)
    }
    var weights = checkpoint
    for (prefix, optimizer) in prefixed("optimizer", optimizers) {
      _ = optimizer; weights[prefix: prefix] = SafeTensors()
    }
    for (prefix, _) in prefixed("scheduler", schedulers) { weights[prefix: prefix] = SafeTensors() }
    weights[prefix: "average"] = SafeTensors()
    try networks.load(weights, named: url.path)
    for (prefix, optimizer) in prefixed("optimizer", optimizers) {
      try optimizer.load(state: checkpoint[prefix: prefix].tensors, of: networks, named: url.path)
    }
    for (prefix, scheduler) in prefixed("scheduler", schedulers) {
      try scheduler.load(state: checkpoint[prefix: prefix].tensors, named: url.path)
    }
    try averages?.load(checkpoint[prefix: "average"], named: url.path)
    position = TrainingPosition(
      epoch: epoch, step: step, sums: sums, best: best, bestEpoch: bestEpoch,
      isFinished: texts["finished"] == "true")
    Tensor.randomState = randomState
    if epoch > 0 { try takeOver(url.deletingLastPathComponent(), epochs: epoch) }
  }

  /// The log so far, and the best networks so far where they lie in another folder.
  private mutating func takeOver(_ folder: URL, epochs: Int) throws {
    let written = folder.appending(path: "log.csv")
    log = try TrainingLog(contentsOf: written)
    guard log.rows.count >= epochs else {
      throw TrainingRunError.notResumable(written.path, reason: "holds \(log.rows.count) of \(epochs) epochs")
    }
    log.truncate(to: epochs)
    if group.isWriter && folder.standardizedFileURL.path != self.folder.url.standardizedFileURL.path {
      try log.write(to: self.folder.file("log.csv"))
      try SafeTensors(contentsOf: folder.appending(path: "model.safetensors"))
        .write(to: self.folder.file("model.safetensors"))
      try saveLast()
    }
  }

  /// Writes `last.safetensors`, in the process that writes.
  func saveLast() throws {
    guard group.isWriter else { return }
    var checkpoint = networks.stateDict
    for (prefix, optimizer) in prefixed("optimizer", optimizers) {
      checkpoint[prefix: prefix] = SafeTensors(tensors: optimizer.state(of: networks))
    }
    for (prefix, scheduler) in prefixed("scheduler", schedulers) {
      checkpoint[prefix: prefix] = SafeTensors(tensors: scheduler.state)
    }
    if let averages { checkpoint[prefix: "average"] = averages.stateDict }
    checkpoint.metadata = identity
    let own = [
      "epoch": "\(position.epoch)", "step": "\(position.step)", "sums": position.sums.text,
      "best": "\(position.best)", "best_epoch": "\(position.bestEpoch)", "finished": "\(position.isFinished)",
      "random_state": "\(Tensor.randomState)",
    ]
    checkpoint.metadata.merge(own) { _, own in own }
    try checkpoint.write(to: folder.file("last.safetensors"))
  }

  /// Gives the networks, in all processes, the parameters with which they did best.
  /// - Throws: `CheckpointError`.
  public func loadBest() throws {
    if group.isWriter { try networks.load(from: folder.file("model.safetensors")) }
    group.place = "the end"
    try networks.broadcast(in: group)
  }

  private func prefixed<Part>(_ name: String, _ parts: [Part]) -> [(prefix: String, part: Part)] {
    parts.enumerated().map { (parts.count == 1 ? name : "\(name).\($0)", $1) }
  }
}

extension Metrics {
  /// `name=number` by `;`, exact.
  fileprivate var text: String { names.map { "\($0)=\(self[$0]!)" }.joined(separator: ";") }

  fileprivate init?(text: String) {
    self.init()
    for part in text.split(separator: ";") {
      guard let split = part.lastIndex(of: "="), let number = Double(part[part.index(after: split)...]) else {
        return nil
      }
      self[String(part[..<split])] = number
    }
  }
}

/// Why a run can't start, resume or go on; the description is one line.
public enum TrainingRunError: Error, CustomStringConvertible, Sendable {
  /// A loss, or the watched metric, is NaN or infinite; where, and what was saved before.
  case lossIsNotFinite(String, last: String?)
  /// A file can't be written.
  case unwritable(String, reason: String)
  /// A batch can't be divided evenly among the processes.
  case indivisibleBatch(Int, processes: Int)
  /// The checkpoint to resume from is of a run of another identity.
  case otherRun(String, was: String, is: String)
  /// The checkpoint, or what belongs to it, can't be resumed from.
  case notResumable(String, reason: String)

  /// One clear line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .lossIsNotFinite(let what, let last):
      "\(what) is not a finite number; try a lower learning rate"
        + (last.map { "; what was saved before is left as it is: \($0)" } ?? "")
    case .indivisibleBatch(let size, let processes):
      "a batch of \(size) can't be divided among \(processes) processes; its size must be a multiple of their number"
    case .unwritable(let path, let reason): "can't write to \(path): \(reason)"
    case .otherRun(let option, let was, let now):
      "--resume: the run was made with --\(option) \(was), not \(now)"
    case .notResumable(let path, let reason): "--resume: \(path): \(reason)"
    }
  }
}
