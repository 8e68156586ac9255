import ArgumentParser
import Datasets
import Distributed
import Foundation
import NN
import SFModels
import Tensor
import TrainingOptions

/// Trains `feat2seg`, the network of SFTrack++ that turns a frame and a tracker's box into a mask.
@main
struct TrainFeat2Seg: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains feat2seg (SFTrack++, phase 1): from a frame and a box to the object's mask.",
    discussion: """
      Without --data it trains on an embedded synthetic data set. Under --output it leaves model.safetensors (the \
      best by validation J), last.safetensors (to resume from), log.csv, curves.png, samples.png and a file for TensorBoard. \
      Ctrl-C saves and ends, with exit status 130. Started by mpirun, several processes share each batch.
      """)

  @Option(help: "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS, SegTrack v2 or COCO.")
  var data: String?

  @Option(help: "Where the results go.")
  var output = "runs/feat2seg"

  @Option(help: "The network's size.")
  var preset = Feat2Seg.Preset.small

  @Option(help: "The loss.")
  var loss = SegmentationLoss.diceAndCrossEntropy

  @Option(help: "How often training sees the whole data set.")
  var epochs = 8

  @Option(
    help:
      "How many epochs, the first ones, see frames of half the size, a quarter of the work; two thirds unless given."
  )
  var coarseEpochs: Int?

  @Option(help: "Samples a step.")
  var batch = 8

  @Option(help: "The learning rate; once frames have their full size, along half a cosine down to nothing.")
  var learningRate = 0.001

  @Option(help: "What the network computes in; bfloat16 takes less memory, and less time where CPUs know it.")
  var precision = Precision.float32

  @OptionGroup var options: TrainingOptions

  @Option(help: "A folder of trackers' boxes, TRACKER/SEQUENCE.txt, one x,y,w,h a line, to train with.")
  var boxes: String?

  func validate() throws {
    try TrainingOptions.check(epochs: epochs, batch: batch, learningRate: learningRate)
    guard 0...epochs ~= coarseEpochs ?? 0 else {
      throw ValidationError("--coarse-epochs is \(coarseEpochs!); it must be 0 to --epochs.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was trained")
    let world = try Communicator.world
    let coarseEpochs = coarseEpochs ?? epochs * 2 / 3
    let data = try TrainingData(
      folder: data.map { URL(filePath: $0) }, heldOut: options.heldOut,
      boxes: boxes.map { URL(filePath: $0) }, batch: batch, coarseEpochs: coarseEpochs, seed: options.seed)

    Tensor.randomState = options.seed
    let network = Feat2Seg(preset)
    let optimizer = AdamW(network.parameters, learningRate: learningRate, weightDecay: 1e-4)
    let steps = data.training.batchCount
    let fall = LearningRateSchedule.cosine(over: (epochs - coarseEpochs) * steps)
    let scheduler = ScheduledLearningRate(
      optimizer, .warmUp(coarseEpochs * steps, from: 1, then: fall), per: .step)
    var run = try TrainingRun(
      in: world, folder: URL(filePath: output), network, optimizer, scheduler,
      identity: [
        "preset": preset.rawValue, "loss": loss.rawValue, "epochs": "\(epochs)",
        "coarse-epochs": "\(coarseEpochs)", "batch": "\(batch)", "seed": "\(options.seed)",
        "learning-rate": "\(learningRate)", "precision": precision.rawValue, "data": data.source,
        "validate": data.heldOut.joined(separator: ","), "boxes": boxes.map(Program.absolutePath) ?? "none",
      ], best: .maximum("val_j"), synchronizingNorms: true,
      metadata: ["preset": preset.rawValue])
    if let resume = options.resume { try run.resume(from: URL(filePath: resume)) }
    Program.report("feat2seg \(preset.rawValue): \(network.parameterCount) parameters, \(data.description)")

    // The loss is taken in float32, whatever the network computes in.
    func logits(_ batch: BoxGuidedBatch) -> Tensor {
      network(batch.images.to(precision.dtype), boxes: batch.boxes).to(.float32)
    }
    try run.train(epochs: epochs, on: data.training) { batch in
      loss(logits: logits(batch), truth: batch.truth)
    } validate: { _ in
      try data.score(loss, logits)
    } pictures: { log in
      try pictures(log, data, logits)
    }
  }
}

extension Feat2Seg.Preset: ExpressibleByArgument {}
extension SegmentationLoss: ExpressibleByArgument {}
