import ArgumentParser
import Datasets
import Distributed
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import TrainingOptions
import Vision

/// Trains RTS, a network that learns its target while it tracks, and measures what each of its parts brings.
@main
struct TrainRTS: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains RTS, which learns its target while it tracks, and measures its parts.",
    subcommands: [TrainNetwork.self, RunStudy.self], defaultSubcommand: TrainNetwork.self)
}

/// Trains it.
struct TrainNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract:
      "Trains RTS, through the steps of its learners, on sequences of one frame and three later ones.",
    discussion: """
      Without --data it trains on an embedded synthetic data set. Under --output it leaves model.safetensors, \
      last.safetensors (to resume from), log.csv, curves.png, samples.png and a file for TensorBoard. Ctrl-C saves and ends \
      with 130. TrackVideo --tracker rts --model … tracks with what was trained. Started by mpirun, several processes share each \
      batch.
      """)

  @Option(help: "The network's size.")
  var preset = RTS.Preset.small

  @Option(
    help:
      "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS or SegTrack, or the word synthetic: embedded videos; may be given several times."
  )
  var data = [MaskedDataSets.synthetic]

  @Option(
    help:
      "The weights of a backbone, which then stay: EfficientNet-Lite0's for the small preset, a ResNet-50's in Mask R-CNN's style for the paper's; a file of PyTorch's or safetensors."
  )
  var backbone: String?

  @Option(help: "Where the results go.")
  var output = "runs/rts"

  @Option(help: "How many epochs.")
  var epochs = 40

  @Option(help: "Sequences an epoch.")
  var samples = 200

  @Option(help: "Sequences a step.")
  var batch = 4

  @Option(
    help:
      "The highest learning rate: along half a cosine down to nothing, of the paper's preset times 0.2 after 12.5, 57.5 and 80 % of the epochs."
  )
  var learningRate = 0.001

  @Option(help: "What the backbone and the decoder compute in; bfloat16 takes less time where CPUs know it.")
  var precision = Precision.float32

  @OptionGroup var options: TrainingOptions

  func validate() throws {
    try TrainingOptions.check(epochs: epochs, batch: batch, learningRate: learningRate)
    guard samples > 0 else { throw ValidationError("--samples is \(samples); it must be at least 1.") }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was trained")
    let world = try Communicator.world
    Tensor.randomState = options.seed
    let network = RTS(preset == .small && backbone != nil ? .lite : preset)
    if let backbone { try network.loadBackbone(from: URL(filePath: backbone)) }
    let data = try SequenceData(
      data, heldOut: options.heldOut, network, samples: samples, batch: batch,
      seed: options.seed)

    let optimizer = Adam(network.parameters, learningRate: learningRate)
    var run = try TrainingRun(
      in: world, folder: URL(filePath: output), network, optimizer,
      schedule(optimizer, steps: epochs * data.training.batchCount),
      identity: [
        "preset": network.preset.rawValue, "batch": "\(batch)", "samples": "\(samples)",
        "seed": "\(options.seed)",
        "epochs": "\(epochs)", "learning-rate": "\(learningRate)", "precision": precision.rawValue,
        "data": data.source,
        "validate": data.heldOut.joined(separator: ","),
        "backbone": backbone.map(Program.absolutePath) ?? "trained",
      ], best: .maximum("val_j"), averaging: network.preset == .paper ? nil : 0.99, synchronizingNorms: true,
      metadata: ["preset": network.preset.rawValue])
    if let resume = options.resume { try run.resume(from: URL(filePath: resume)) }
    let trained = network.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.shape.elementCount }
    Program.report(
      "RTS \(network.preset.rawValue): \(trained) of \(network.parameterCount) parameters, \(data.description)"
    )

    try run.train(epochs: epochs, on: data.training, clippingNorm: 10) { sequences in
      let answers = network.answers(sequences, in: precision.dtype)
      let loss = RTSLoss(answers, sequences, crossEntropy: network.preset == .paper ? 0 : 1)
      return (
        loss.total, ["mask_loss": loss.masks.detached().item, "score_loss": loss.scores.detached().item]
      )
    } validate: { _ in
      try data.score(network)
    } pictures: { log in
      try pictures(log, data, network)
    }
  }

  /// The paper's steps are for a backbone that goes on learning from ImageNet, over 200 epochs of 15,000 samples. A few
  /// thousand steps from nothing want most of them at a high rate.
  private func schedule(_ optimizer: Adam, steps: Int) -> ScheduledLearningRate {
    if preset == .paper {
      let stages = [0.125, 0.575, 0.8].map { Int(($0 * Double(epochs)).rounded()) }
      return ScheduledLearningRate(optimizer, .multiStep(at: stages, factor: 0.2))
    }
    let warmUp = min(50, steps / 10)
    return ScheduledLearningRate(
      optimizer, .warmUp(warmUp, then: .cosine(over: steps - warmUp)), per: .step)
  }
}

extension RTS.Preset: ExpressibleByArgument {}
