import Foundation
import NN
import SFModels
import Tensor

// What a run leaves for the next one: weights, optimiser, scheduler, and how far it had come.
extension Training {
  func file(_ name: String) -> URL { output.appending(path: name) }

  /// Makes the output folder; throws where it can't be written to.
  func prepareOutput() throws {
    do {
      try NN.prepareOutput(folder: output)
    } catch {
      throw TrainingError.unwritable(output.path, reason: "the folder can't be made or written")
    }
  }

  func saveLast() throws {
    var checkpoint = network.stateDict
    checkpoint[prefix: "optimizer"] = SafeTensors(tensors: optimizer.state(of: network))
    checkpoint[prefix: "scheduler"] = SafeTensors(tensors: scheduler.state)
    checkpoint.metadata.merge(identity) { _, new in new }
    checkpoint.metadata["epoch"] = "\(position.epoch)"
    checkpoint.metadata["step"] = "\(position.step)"
    checkpoint.metadata["loss_sum"] = "\(position.lossSum)"
    checkpoint.metadata["best_j"] = "\(position.bestJ)"
    checkpoint.metadata["random_state"] = "\(Tensor.randomState)"
    try checkpoint.write(to: file("last.safetensors"))
  }

  mutating func resume(from url: URL) throws {
    let checkpoint = try SafeTensors(contentsOf: url)
    let metadata = checkpoint.metadata
    guard let epoch = metadata["epoch"].flatMap({ Int($0) }),
      let step = metadata["step"].flatMap({ Int($0) }),
      let lossSum = metadata["loss_sum"].flatMap({ Double($0) }),
      let bestJ = metadata["best_j"].flatMap({ Double($0) }),
      let randomState = metadata["random_state"].flatMap({ UInt64($0) })
    else {
      throw TrainingError.notResumable(url.path, reason: "holds no training state, so is no last.safetensors")
    }
    for (option, now) in identity.sorted(by: { $0.key < $1.key }) where metadata[option] != now {
      throw TrainingError.otherOptions(option, was: metadata[option] ?? "nothing", is: now)
    }
    guard epoch >= 0, 0...data.training.batchCount ~= step else {
      throw TrainingError.notResumable(
        url.path, reason: "step \(step) of epoch \(epoch + 1) is none of this data set")
    }
    var weights = checkpoint
    weights[prefix: "optimizer"] = SafeTensors()
    weights[prefix: "scheduler"] = SafeTensors()
    try network.load(weights, named: url.path)
    try optimizer.load(state: checkpoint[prefix: "optimizer"].tensors, of: network, named: url.path)
    try scheduler.load(state: checkpoint[prefix: "scheduler"].tensors, named: url.path)
    position = Position(epoch: epoch, step: step, lossSum: lossSum, bestJ: bestJ)
    Tensor.randomState = randomState
    if epoch > 0 { try takeOver(url.deletingLastPathComponent(), epochs: epoch) }
  }

  /// The log so far, and the best weights so far where they lie in another folder than the output.
  private mutating func takeOver(_ folder: URL, epochs: Int) throws {
    let written = folder.appending(path: "log.csv")
    log = try TrainingLog(contentsOf: written, columns: log.columns)
    guard log.rows.count >= epochs else {
      throw TrainingError.notResumable(written.path, reason: "holds \(log.rows.count) of \(epochs) epochs")
    }
    log.truncate(to: epochs)
    if folder.standardizedFileURL.path != output.standardizedFileURL.path {
      try SafeTensors(contentsOf: folder.appending(path: "model.safetensors"))
        .write(to: file("model.safetensors"))
    }
  }

  /// The options that must agree for a resumed run to be the same run.
  private var identity: [String: String] {
    [
      "preset": options.preset.rawValue, "loss": options.loss.rawValue, "batch": "\(options.batch)",
      "seed": "\(options.seed)", "learning-rate": "\(options.learningRate)",
      "precision": options.precision.rawValue,
    ]
  }
}
