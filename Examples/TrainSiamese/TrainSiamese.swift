import ArgumentParser
import Datasets
import Distributed
import Foundation
import NN
import SFModels
import Tensor
import TrainingOptions
import Vision

/// Trains SiamRPN, SiamConcatRPN, SiamBroadcastRPN or SiamRPN++.
@main
struct TrainSiamese: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a Siamese tracker: from a target's picture to its place in another frame.",
    discussion: """
      Without --data it trains on embedded synthetic videos. Under --output it leaves model.safetensors (the best by the \
      validation's overlap, for TrackVideo and Evaluate run), last.safetensors (to resume from), log.csv, curves.png, \
      pairs.png, samples.png and a file for TensorBoard. Ctrl-C saves and ends, with exit status 130.
      """)

  @Option(help: "Which network.")
  var network: NetworkName

  @Option(help: "The network's size.")
  var preset = SiamesePreset.tiny

  @Option(
    help:
      "A file of a network for images that it is to stand on, such as torchvision's ResNets, or of EfficientNet-Lite0 for plusplus; what it holds is kept as it is."
  )
  var backbone: String?

  @Flag(help: "Trains what --backbone holds too.")
  var fineTune = false

  @Option(
    help: ArgumentHelp(
      "A data set's folder, with boxes (OTB, GOT-10k, TrackingNet, LaSOT, …) or masks (DAVIS, YouTube-VOS, COCO, …), or the word synthetic; may be given several times."
    ))
  var data: [String] = ["synthetic"]

  @Flag(help: "Keeps the frames of data sets with masks in memory once they were read.")
  var remember = false

  @Option(help: "Where the results go; runs/siamrpn, … unless given.")
  var output: String?

  @Option(help: "The loss, and how boxes are told.")
  var loss = SiameseLoss.code

  @Option(
    help: "What training computes in; weights, their gradients and Adam's moments are float32 in both cases.")
  var precision = Precision.float32

  @Option(help: "How often training sees --pairs pairs and validates.")
  var epochs = 15

  @Option(help: "Pairs an epoch.")
  var pairs = 1600

  @Option(help: "Pairs a step.")
  var batch = 16

  @Option(
    help:
      "The highest learning rate: along half a cosine down to nothing, of the paper's preset times 0.99 every 1000 steps."
  )
  var learningRate = 0.001

  @Option(help: "The share of search images with semantic distractors.")
  var distractors = SiameseAugmentation().distractorShare

  @OptionGroup var options: TrainingOptions

  func validate() throws {
    try TrainingOptions.check(epochs: epochs, batch: batch, learningRate: learningRate)
    guard pairs >= batch else { throw ValidationError("--pairs is \(pairs); it must be at least --batch.") }
    guard 0...1 ~= distractors else {
      throw ValidationError("--distractors is \(distractors); it must be 0 to 1.")
    }
    if fineTune && backbone == nil { throw ValidationError("--fine-tune is for a --backbone") }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was trained")
    _ = try Communicator.world
    Tensor.randomState = options.seed
    switch network {
    case .rpn: try train(SiamRPN(size: preset))
    case .concat: try train(SiamConcatRPN(size: preset))
    case .broadcast: try train(SiamBroadcastRPN(size: preset))
    case .plusplus: try train(SiamRPNPlusPlus(size: preset))
    }
  }

  private func train(_ network: some SiameseNetwork) throws {
    if let backbone {
      for part in network.backbones {
        try part.loadBackbone(from: URL(filePath: backbone))
        part.freezeStatistics()
        if !fineTune { part.freeze() }
      }
    }
    let data = try PairData(
      data, remember: remember, heldOut: options.heldOut, of: network,
      loss: loss,
      batch: batch, pairs: pairs, distractorShare: distractors, seed: options.seed)
    let optimizer = Adam(groups: network.parameterGroups(learningRate: learningRate))
    var run = try TrainingRun(
      in: Communicator.world, folder: URL(filePath: output ?? "runs/\(self.network.tracker.rawValue)"),
      network, optimizer, schedule(optimizer, steps: epochs * data.training.batchCount),
      identity: [
        "network": self.network.rawValue, "preset": preset.rawValue, "loss": loss.rawValue,
        "batch": "\(batch)",
        "pairs": "\(pairs)", "epochs": "\(epochs)", "precision": precision.rawValue,
        "learning-rate": "\(learningRate)",
        "distractors": "\(distractors)",
        "backbone": backbone.map { URL(filePath: $0).standardizedFileURL.path } ?? "none",
        "fine-tune": "\(fineTune)", "seed": "\(options.seed)", "data": data.source,
        "validate": data.heldOut.joined(separator: ","),
      ], best: .maximum("val_iou"), averaging: 0.98, synchronizingNorms: true,
      metadata: [
        "network": self.network.rawValue, "preset": preset.rawValue, "loss": loss.rawValue,
        "distractors": "\(distractors)",
      ])
    if let resume = options.resume { try run.resume(from: URL(filePath: resume)) }
    Program.report(
      "\(self.network.tracker.rawValue) \(preset.rawValue): \(network.parameterCount) parameters, \(data.description)"
    )

    // Where templates and search regions, which differ in what surrounds the target, share norms, these can't follow both:
    // after the first epoch they keep the statistics that they have.
    func keepStatistics() { if [.rpn, .plusplus].contains(self.network) { network.freezeStatistics() } }
    if run.epoch > 0 { keepStatistics() }
    let task = PairTask(network: network, loss: loss, dtype: precision.dtype)
    try run.train(epochs: epochs, on: data.training, clippingNorm: 1) { batch in
      task.loss(batch)
    } validate: { _ in
      let score = try task.score(data)
      keepStatistics()
      return score
    } pictures: { log in
      try task.pictures(log, data)
    }
  }

  /// The report's steps are for a training of days. A few thousand steps end better slowly.
  private func schedule(_ optimizer: Adam, steps: Int) -> ScheduledLearningRate {
    if preset == .paper {
      return ScheduledLearningRate(optimizer, .step(every: 1000, factor: 0.99), per: .step)
    }
    let warmUp = min(50, steps / 10)
    return ScheduledLearningRate(
      optimizer, .warmUp(warmUp, then: .cosine(over: steps - warmUp)), per: .step)
  }
}

/// A network's name on the command line.
enum NetworkName: String, ExpressibleByArgument, CaseIterable {
  case rpn, concat, broadcast, plusplus

  /// The tracker that runs it.
  var tracker: TrackerName {
    switch self {
    case .rpn: .siamrpn
    case .concat: .siamconcatrpn
    case .broadcast: .siambroadcastrpn
    case .plusplus: .siamrpnplusplus
    }
  }
}

extension SiamesePreset: ExpressibleByArgument {}
extension SiameseLoss: ExpressibleByArgument {}
