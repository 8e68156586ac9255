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

/// Trains SAMN: a network that segments a target by what it remembers of it.
@main
struct TrainSAMN: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains SAMN on clips of three frames, whose second answer depends on the first.",
    discussion: """
      Stage 1 makes the three frames of a clip of one, moved, turned, mirrored, lit and blurred; stage 2 takes them from a \
      video and keeps the encoders: start it --from what stage 1 left. Without --data it trains on an embedded synthetic data \
      set. Under --output it leaves model.safetensors, last.safetensors (to resume from), log.csv, curves.png, samples.png and \
      a file for TensorBoard. Ctrl-C saves and ends with 130. TrackVideo --tracker samn --model … tracks with what was trained. \
      Started by mpirun, several processes share each batch.
      """)

  @Option(help: "1 for still images, 2 for videos with the encoders kept.")
  var stage = SAMNSamples.Stage.images

  @Option(help: "The network's size.")
  var preset = SAMN.Preset.small

  @Option(
    help:
      "The weights of a backbone: EfficientNet-Lite0's for the small preset, whose query encoder then stays, or torchvision's ResNet-50's for the paper's; a file of PyTorch's or safetensors."
  )
  var backbone: String?

  @Option(help: "A network to start from: what an earlier stage left, or the published one.")
  var from: String?

  @Option(
    help:
      "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS, SegTrack or COCO, or the word synthetic: embedded videos; may be given several times."
  )
  var data = [MaskedDataSets.synthetic]

  @Option(help: "The share of clips in which the memory is told the target's box, not its pixels.")
  var boxShare = 0.01

  @Option(help: "Where the results go.")
  var output = "runs/samn"

  @Option(help: "How many epochs.")
  var epochs = 10

  @Option(help: "Clips an epoch.")
  var samples = 400

  @Option(help: "Clips a step.")
  var batch = 4

  @Option(help: "The learning rate to start with; times 0.2 after 60 and 85 % of the epochs.")
  var learningRate = 0.001

  @OptionGroup var options: TrainingOptions

  func validate() throws {
    try TrainingOptions.check(epochs: epochs, batch: batch, learningRate: learningRate)
    guard samples > 0 else { throw ValidationError("--samples is \(samples); it must be at least 1.") }
    guard 0...1 ~= boxShare else { throw ValidationError("--box-share is \(boxShare); it must be 0 to 1.") }
    if backbone != nil && from != nil {
      throw ValidationError("--from is a whole network; it has its --backbone.")
    }
    if preset == .lite && from == nil && backbone == nil {
      throw ValidationError("--preset lite keeps what a --backbone learned.")
    }
    if stage == .videos && from == nil && backbone == nil {
      throw ValidationError("--stage 2 keeps the encoders: it starts --from what stage 1 left.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was trained")
    let world = try Communicator.world
    Tensor.randomState = options.seed
    let network = try network()
    let data = try ClipData(
      data, heldOut: options.heldOut, network, stage: stage, boxShare: boxShare, samples: samples,
      batch: batch, seed: options.seed)

    let optimizer = Adam(groups: network.parameterGroups(learningRate: learningRate))
    let steps = [0.6, 0.85].map { Int(($0 * Double(epochs)).rounded()) }
    var run = try TrainingRun(
      in: world, folder: URL(filePath: output), network, optimizer,
      ScheduledLearningRate(optimizer, .multiStep(at: steps, factor: 0.2)),
      identity: [
        "preset": network.preset.rawValue, "stage": "\(stage.rawValue)", "batch": "\(batch)",
        "samples": "\(samples)", "seed": "\(options.seed)", "epochs": "\(epochs)",
        "learning-rate": "\(learningRate)", "box-share": "\(boxShare)", "data": data.source,
        "validate": data.heldOut.joined(separator: ","),
        "start": (from ?? backbone).map(Program.absolutePath) ?? "nothing",
      ], best: .maximum("val_j"), averaging: 0.99,
      synchronizingNorms: true, metadata: ["preset": network.preset.rawValue])
    if let resume = options.resume { try run.resume(from: URL(filePath: resume)) }
    let trained = network.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.shape.elementCount }
    Program.report(
      "SAMN \(network.preset.rawValue): \(trained) of \(network.parameterCount) parameters, \(data.description)"
    )

    try run.train(epochs: epochs, on: data.training, clippingNorm: 10) { clips in
      let loss = SAMNLoss(network.answers(clips), clips)
      return (
        loss.total,
        ["cross_entropy": loss.crossEntropy.detached().item, "overlap_loss": loss.overlap.detached().item]
      )
    } validate: { _ in
      try data.score(network)
    } pictures: { log in
      try pictures(log, data, network)
    }
  }

  /// The network to train, with what its stage keeps.
  private func network() throws -> SAMN {
    let network =
      try from.map { try SAMN(contentsOf: URL(filePath: $0)) }
      ?? SAMN(preset == .small && backbone != nil ? .lite : preset)
    if let backbone { try network.loadBackbone(from: URL(filePath: backbone)) }
    if stage == .videos { network.freezeEncoders() }
    return network
  }
}

extension SAMN.Preset: ExpressibleByArgument {}
extension SAMNSamples.Stage: ExpressibleByArgument {}
