import Evaluation
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
    /// What makes two studies the same.
    var identity: [String: String] = [:]
    /// Whether to go on where an interrupted study left off.
    var resumes = false
    /// The processes that learn together.
    var world: any ProcessGroup = OneProcess()
  }

  /// Learns by Focal-Dice, AdamW with AMSGrad and a rate that halves on a plateau of the loss on the videos to choose
  /// by; ends with the weights of the epoch where that was least. Returns its log, which ends early once the rate is a
  /// hundredth of what it was, and that least loss. Biases do not decay.
  func callAsFunction(
    _ model: some CombinationModel, name: String, on data: ChannelData, in folder: URL
  ) throws -> (log: TrainingLog, loss: Double) {
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
    let folder = folder.appending(path: "learned/\(Self.fileName(name))")
    var run = try TrainingRun(
      in: schedule.world, folder: folder, model, optimizer, scheduler, identity: schedule.identity,
      best: .minimum("val_loss"),
      synchronizingNorms: true, progress: .epochs(name))
    let last = folder.appending(path: "last.safetensors")
    if schedule.resumes && FileManager.default.fileExists(atPath: last.path) { try run.resume(from: last) }
    try run.train(epochs: schedule.epochs, on: loader) { batch in
      Self.loss(model.middleMasks(batch.channels), batch.truth)
    } validate: { _ in
      ["val_loss": Self.selectionLoss(model, data.selection)]
    } until: {
      optimizer.learningRate < learningRate / 100
    }
    try run.loadBest()
    return (run.log, run.best)
  }

  private static func fileName(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || "+-.".contains($0) ? $0 : "-" })
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
