import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// The training run: epochs of steps, a validation after each, and everything that it leaves on disk.
struct Training {
  /// What makes two runs the same.
  struct Options {
    var preset: Feat2Seg
    var loss: SegmentationLoss
    var epochs: Int
    var batch: Int
    var learningRate: Double
    var precision: DType
    var seed: UInt64
  }

  /// How far the run has come.
  struct Position {
    var epoch = 0
    var step = 0
    var lossSum = 0.0
    var bestJ = -1.0
  }

  let options: Options
  let data: TrainingData
  let output: URL
  let network: UNet2d
  let optimizer: AdamW
  let scheduler: ReduceLROnPlateau
  var position = Position()
  var log = TrainingLog(columns: ["epoch", "train_loss", "val_loss", "val_j", "learning_rate", "seconds"])

  init(options: Options, data: TrainingData, output: URL) throws {
    (self.options, self.data, self.output) = (options, data, output)
    Tensor.randomState = options.seed
    network = options.preset.makeNetwork()
    optimizer = AdamW(network.parameters, learningRate: options.learningRate, weightDecay: 1e-4)
    scheduler = ReduceLROnPlateau(optimizer, factor: 0.4, patience: 1, threshold: 0.02, minimum: 1e-5)
    try prepareOutput()
  }

  /// The network's output, `float32` whatever it computes in.
  func logits(_ input: Tensor) -> Tensor {
    network(input.to(options.precision)).to(.float32)
  }

  mutating func run() throws {
    report("feat2seg \(options.preset.rawValue): \(network.parameterCount) parameters, \(data.description)")
    while position.epoch < options.epochs {
      let start = ContinuousClock.now
      guard let trainLoss = try trainEpoch() else {
        try saveLast()
        report("interrupted: go on with --resume \(file("last.safetensors").path)")
        return
      }
      let (validationLoss, j) = try validate()
      guard validationLoss.isFinite else { throw lossIsNotFinite("the validation loss") }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      log.append([
        Double(position.epoch + 1), trainLoss, validationLoss, j, optimizer.learningRate, seconds,
      ])
      try log.write(to: file("log.csv"))
      report(
        String(
          format: "epoch %d/%d  train %.4f  val %.4f  J %.4f  lr %.2g  %.0f s", position.epoch + 1,
          options.epochs, trainLoss, validationLoss, j, optimizer.learningRate, seconds))
      scheduler.step(["val_loss": validationLoss])
      if j > position.bestJ {
        position.bestJ = j
        try network.save(to: file("model.safetensors"), metadata: ["preset": options.preset.rawValue])
      }
      position = Position(epoch: position.epoch + 1, bestJ: position.bestJ)
      try saveLast()
      try drawPictures()
    }
    report(String(format: "best validation J %.4f; results in %@", position.bestJ, output.path))
  }

  /// Prints a line at once, also where the output is a file.
  private func report(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// The epoch's mean training loss; nil where the run was interrupted.
  private mutating func trainEpoch() throws -> Double? {
    let criterion = options.loss
    let batches = data.training.batches(epoch: position.epoch, from: position.step)
    var bar = ProgressBar(
      "epoch \(position.epoch + 1)/\(options.epochs)", count: data.training.batchCount, done: position.step)
    defer { bar.finish() }
    while let batch = try batches.next() {
      let (loss, gradients) = valueWithGradient {
        criterion(logits: logits(batch.input), truth: batch.truth)
      }
      guard loss.item.isFinite else {
        throw lossIsNotFinite("step \(position.step + 1): the loss")
      }
      optimizer.step(gradients)
      position.step += 1
      position.lossSum += loss.item
      bar.advance(String(format: "loss %.4f", position.lossSum / Double(position.step)))
      if Interrupt.isRequested { return nil }
    }
    return position.lossSum / Double(position.step)
  }

  private func lossIsNotFinite(_ what: String) -> TrainingError {
    let last = file("last.safetensors").path
    return .lossIsNotFinite(
      "epoch \(position.epoch + 1), \(what)", last: FileManager.default.fileExists(atPath: last) ? last : nil)
  }

  /// The mean loss over the held-out samples, and J: the mean over each object's frames, then over objects.
  private func validate() throws -> (loss: Double, j: Double) {
    var losses: [Double] = []
    var scores: [String: [Double]] = [:]
    var index = 0
    let batches = data.validation.batches(epoch: 0)
    while let batch = try batches.next() {
      let logits = logits(batch.input)
      losses.append(options.loss(logits: logits, truth: batch.truth).item)
      for (i, sample) in batch.samples.enumerated() {
        let source = data.validationSamples.source(of: index)
        scores["\(source.sequence)/\(source.object)", default: []].append(
          Mask(logits[i], above: 0).iou(sample.truth))
        index += 1
      }
    }
    // In a fixed order: the last bits of a sum depend on it.
    let ordered = scores.sorted { $0.key < $1.key }
    return (losses.mean, ordered.map(\.value.mean).mean)
  }
}

extension Array<Double> {
  fileprivate var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}

/// Why a run can't go on, in one line.
enum TrainingError: Error, CustomStringConvertible {
  case lossIsNotFinite(String, last: String?)
  case unwritable(String, reason: String)
  case otherOptions(String, was: String, is: String)
  case notResumable(String, reason: String)

  var description: String {
    switch self {
    case .lossIsNotFinite(let what, let last):
      "\(what) is not a finite number; try a lower --learning-rate"
        + (last.map { "; what was saved before is left as it is: \($0)" } ?? "")
    case .unwritable(let path, let reason): "can't write to \(path): \(reason)"
    case .otherOptions(let option, let was, let now):
      "--resume: the run was made with --\(option) \(was), not \(now)"
    case .notResumable(let path, let reason): "--resume: \(path): \(reason)"
    }
  }
}
