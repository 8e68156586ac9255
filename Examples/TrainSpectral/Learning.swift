import Foundation
import NN
import SFModels
import Tensor

/// How a combination is learned (§3.4, §5.1.6).
struct Learning {
  var learningRate: Double
  var weightDecay: Double
  var schedule: Schedule

  /// What all that is learned in a study has in common.
  struct Schedule {
    /// The most epochs.
    var epochs: Int
    /// The windows of an epoch.
    var windows: Int
    var batch = 8
    var seed: UInt64
  }

  /// Learns by Focal-Dice, AdamW with AMSGrad and a rate that halves on a plateau of the loss on the videos to choose
  /// by; ends with the weights of the epoch where that was least. Returns its log, which ends early once the rate is a
  /// hundredth of what it was, or on an interrupt. Biases do not decay.
  func callAsFunction(
    _ model: some CombinationModel, name: String, on data: ChannelData
  ) throws -> TrainingLog {
    func parameters(areBiases: Bool) -> [Parameter] {
      model.namedParameters.filter { $0.parameter.role == .weight && $0.path.hasSuffix("bias") == areBiases }
        .map(\.parameter)
    }
    let optimizer = AdamW(
      groups: [
        ParameterGroup(
          parameters(areBiases: false), learningRate: learningRate, weightDecay: weightDecay),
        ParameterGroup(parameters(areBiases: true), learningRate: learningRate),
      ], amsgrad: true)
    let scheduler = ReduceLROnPlateau(optimizer, factor: 0.5, patience: 5)
    let loader = Windows(data.training).loader(
      count: schedule.windows, batch: schedule.batch, seed: schedule.seed)
    var log = TrainingLog(columns: ["epoch", "train_loss", "val_loss", "learning_rate"])
    var best = (loss: Double.infinity, weights: model.stateDict)
    var bar = ProgressBar(name, count: schedule.epochs)
    defer { bar.finish() }
    for epoch in 0..<schedule.epochs {
      var losses: [Double] = []
      let batches = loader.batches(epoch: epoch)
      while !Interrupt.isRequested, let batch = try batches.next() {
        let (loss, gradients) = valueWithGradient {
          Self.loss(model.middleMasks(batch.channels), batch.truth)
        }
        optimizer.step(gradients)
        losses.append(loss.item)
      }
      let loss = Self.selectionLoss(model, data.selection)
      guard loss.isFinite, losses.mean.isFinite else { throw LearningError(name: name, epoch: epoch + 1) }
      if loss < best.loss { best = (loss, model.stateDict) }
      log.append([Double(epoch + 1), losses.mean, loss, optimizer.learningRate])
      bar.advance(String(format: "train %.4f  val %.4f", losses.mean, loss))
      scheduler.step(["val_loss": loss])
      if Interrupt.isRequested || optimizer.learningRate < learningRate / 100 { break }
    }
    try model.load(best.weights)
    return log
  }

  private static func loss(_ masks: Tensor, _ truth: Tensor) -> Tensor {
    focalDiceLoss(probabilities: masks.expandingAxis(-1), truth: truth.expandingAxis(-1))
  }

  /// The mean loss over windows spread over videos, about ten of each.
  private static func selectionLoss(_ model: some CombinationModel, _ videos: [ChannelVideo]) -> Double {
    let losses = videos.flatMap { video in
      let seen = video.truth.indices.filter { video.truth[$0].area > 0 }
      return stride(from: 0, to: seen.count, by: max(1, seen.count / 10)).map { index in
        let window = channelWindow(around: seen[index], of: video.channels).to(.float32) / 255
        let truth = video.truth[seen[index]].tensor().squeezed(axis: -1)
        return loss(model.middleMasks(window.expandingAxis(0)), truth.expandingAxis(0)).item
      }
    }
    return losses.mean
  }
}

/// A loss that is not a number; the description is one line.
struct LearningError: Error, CustomStringConvertible {
  let name: String
  let epoch: Int
  var description: String {
    "\(name), epoch \(epoch): the loss is not a finite number"
  }
}
