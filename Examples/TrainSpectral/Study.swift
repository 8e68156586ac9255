import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// The experiments of SFSeg++ over many channels (§5.1.4–5.1.8), and everything that they leave on disk.
struct Study {
  let data: ChannelData
  let schedule: Learning.Schedule
  private let output: OutputFolder
  /// Of the videos to choose by and to report on, by name.
  private(set) var flows: [String: VideoFlows] = [:]
  private var tables: [Table] = []
  private(set) var curves: [(name: String, log: TrainingLog)] = []

  /// What did best on the training videos: votes by degree, small neighbourhoods in small frames, and links that fall
  /// off more steeply with a difference of features than the paper's.
  private static let segmenter = SpectralSegmenter(
    kernel: [3, 5, 5], alpha: 4, slope: 16, normalization: .degree)

  /// Along the motion, with colours as features: exact links, votes alone. What did best on videos to learn from and to
  /// choose by.
  private static let motionSegmenter = SpectralSegmenter(
    kernel: [5, 7, 7], alpha: 300, p: 0, normalization: .degree, operator: .exact)

  /// SFSeg over one soft mask; what did best there.
  private static let refiner = SpectralSegmenter(kernel: [3, 3, 3], iterations: 1)

  init(data: ChannelData, schedule: Learning.Schedule, output: URL) throws {
    (self.data, self.schedule, self.output) = (data, schedule, try OutputFolder(output, in: schedule.world))
  }

  func file(_ name: String) -> URL { output.file(name) }

  /// Whether this process writes: of several, the first.
  var isWriter: Bool { schedule.world.rank == 0 }

  mutating func run() throws {
    Program.report(
      "\(data.channelCount) channels; \(data.training.count) videos to learn from, "
        + "\(data.selection.count) to choose by, \(data.test.count) to report on")
    try makeTables()
    Program.report("results in \(output.url.path)")
  }

  private mutating func makeTables() throws {
    let ours = try learnSFSeg(on: data, name: "SFSeg++")
    if isWriter {
      try ours.model.save(
        to: file("model.safetensors"), metadata: ["methods": data.methods.joined(separator: ",")])
    }

    var networks: [LearnedNetwork] = []
    for ensemble in LearnedEnsemble.allCases.reversed() {
      networks.append(try learn(ensemble, on: data, name: ensemble.rawValue))
    }
    let best = networks.min { $0.loss < $1.loss }!
    for video in data.selection + data.test { flows[video.name] = try VideoFlows(video) }
    let oursAlongMotion = alongMotion(ours, data)
    try finish(table5(networks, ours, oursAlongMotion), "table5")
    let basic = basicCombinations(data)
    let further = [
      ours.combination, alongMotion(basic.mean, data), alongMotion(best.combination, data), oursAlongMotion,
    ]
    try finish(table6(basic, best.combination, further), "table6")
    try drawPictures(mean: basic.mean, ours: ours.combination)
    try finish(table7(basic, best.combination, further), "table7")

    // The best three stay as they are: noise needs more of them.
    guard data.channelCount > 3 else { return }
    // Networks over volumes would take most of an hour to learn nine times over.
    let fast = networks.filter { !$0.ensemble.seesVolumes }.min { $0.loss < $1.loss }!
    try studyNoise(fast, clean: (basic, ours))
  }

  struct LearnedSFSeg {
    let model: SFSegPlusPlus
    let combination: Combination
  }

  struct LearnedNetwork {
    let ensemble: LearnedEnsemble
    let parameterCount: Int
    /// The least loss on the videos to choose by.
    let loss: Double
    let combination: Combination
  }

  mutating func learnSFSeg(on data: ChannelData, name: String) throws -> LearnedSFSeg {
    Tensor.randomState = schedule.seed
    let model = SFSegPlusPlus(channels: data.channelCount, segmenter: Self.segmenter)
    // Starts from the mean, balanced: many empty channels would leave nothing above ½, and nothing to learn from.
    let mean = Combination("", on: data.training, masks: meanMask)
    model.bias.value = Tensor([Float(4 * (1 - 2 * mean.threshold))])
    let learning = Learning(learningRate: 1e-2, weightDecay: 1e-3, schedule: schedule)
    curves.append((name, try learning(model, name: name, on: data, in: output.url).log))
    return LearnedSFSeg(
      model: model, combination: Combination(name, on: data.selection) { model.masks($0.values) })
  }

  mutating func learn(
    _ ensemble: LearnedEnsemble, on data: ChannelData, name: String
  ) throws -> LearnedNetwork {
    Tensor.randomState = schedule.seed
    let model = ensemble.makeNetwork(channels: data.channelCount, frames: windowLength)
    let learning = Learning(
      learningRate: ensemble.learningRate, weightDecay: 1e-2, schedule: schedule)
    let (log, loss) = try learning(model, name: name, on: data, in: output.url)
    curves.append((name, log))
    return LearnedNetwork(
      ensemble: ensemble, parameterCount: model.parameterCount,
      loss: loss,
      combination: Combination(name, on: data.selection) { model.masks($0.values) })
  }

  struct BasicCombinations {
    let mean: Combination, median: Combination
    let refinedMean: Combination
  }

  func basicCombinations(_ data: ChannelData) -> BasicCombinations {
    let mean = Combination("Ensemble (mean)", on: data.selection, masks: meanMask)
    return BasicCombinations(
      mean: mean,
      median: Combination("Ensemble (median)", on: data.selection, masks: medianMask),
      refinedMean: refined(mean, "SFSeg(Ensemble)", data))
  }

  /// SFSeg over what a combination gives, as unary scores and pairwise features alike.
  func refined(_ combination: Combination, _ name: String, _ data: ChannelData) -> Combination {
    Combination(name, on: data.selection) {
      let x = combination.balancedMasks($0).expandingAxis(0)
      return Self.refiner(unary: x, pairwise: x).squeezed(axis: 0)
    }
  }

  /// SFSeg++ along the motion: the same learned mixture, segmented over a better graph.
  func alongMotion(_ ours: LearnedSFSeg, _ data: ChannelData) -> Combination {
    alongMotion("SFSeg++", data) { ours.model.unaryMixture($0.values) }
  }

  /// SFSeg along the motion over what a combination gives.
  func alongMotion(_ combination: Combination, _ data: ChannelData) -> Combination {
    alongMotion(combination.name, data, unary: combination.balancedMasks)
  }

  private func alongMotion(
    _ name: String, _ data: ChannelData, unary: @escaping (ChannelVideo) -> Tensor
  ) -> Combination {
    Combination("\(name) along the motion", on: data.selection) { [flows] video in
      let flows = flows[video.name]!
      return Self.motionSegmenter(
        unary: unary(video).expandingAxis(0), pairwise: flows.colors, motion: flows.motion
      ).squeezed(axis: 0)
    }
  }

  func single(_ channel: Int, _ name: String) -> Combination {
    Combination("\(name) (\(data.methods[channel]))", on: data.selection) {
      $0.values[.all, .all, .all, channel]
    }
  }

  mutating func finish(_ table: Table, _ name: String) throws {
    tables.append(table)
    Program.report(table.text)
    try write(table.csv, to: "\(name).csv")
    try write(tables.map(\.text).joined(separator: "\n"), to: "tables.txt")
  }

  func write(_ text: String, to name: String) throws {
    guard isWriter else { return }
    do throws(WholeFile.Failure) {
      try WholeFile.write(text, to: file(name))
    } catch {
      throw StudyError(description: "\(file(name).path): the file can't be written: \(error.reason)")
    }
  }
}

/// Why a study can't go on, in one line.
struct StudyError: Error, CustomStringConvertible {
  let description: String
}

extension LearnedEnsemble {
  /// Of the shallow ones what did best on the videos to choose by, of powers of ten; the U-Nets' is not tuned.
  fileprivate var learningRate: Double {
    switch self {
    case .shallow2: 0.001
    default: 0.01
    }
  }
}
