import ArgumentParser
import Datasets
import Distributed
import Foundation
import NN
import SFModels
import Synchronization
import Tensor
import Vision

/// Refines the masks that any other method made for a video, by SFSeg.
@main
struct RefineVideo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Refines the masks of another method by spectral segmentation in space and time (SFSeg).",
    discussion: """
      --frames, --masks and --truth are videos or folders of images, or folders with one such for each sequence; images \
      belong together by their names, and with a video's frames in order. Masks may be binary, palette maps (whose \
      objects are taken together) or grey levels. Under --output it leaves masks/SEQUENCE/*.png, soft/SEQUENCE/*.png and \
      overlays/SEQUENCE.png, and .mp4 where ffmpeg is installed; with --truth also scores.csv. A whole sequence is kept \
      in memory, some 20 MB for a frame of 480×854, unless --window is given: then only the window is, however long \
      the sequence. Started by mpirun, several processes share the sequences.
      """)

  @Option(help: "The frames: a video, or JPEG or PNG files.")
  var frames: String

  @Option(help: "The masks to refine: PNG files, or a video of grey levels.")
  var masks: String

  @Option(help: "Where the results go.")
  var output: String

  @Option(help: "The true masks, to score with.")
  var truth: String?

  @Option(
    help: """
      Optical flow instead of our own estimate: DIR[/SEQUENCE]/forward and /backward, named as the frames it starts \
      from, .flo or KITTI .png.
      """)
  var flow: String?

  @Option(help: "What linked pixels have in common: their colour, their grey level or their speed.")
  var features = SpectralFeatures.lab

  @Option(help: "Whether neighbours in time lie along the motion, or at the same place.")
  var graph = TimeLinks.motion

  @Option(help: "The neighbourhood: odd sizes in time, height and width.")
  var kernel = Kernel(SpectralSegmenter.refinement.kernel)

  @Option(
    help: """
      How much a difference of features weakens a link; divided by the number of channels. 100 a channel unless given, 1 \
      in all for the Taylor form.
      """)
  var alpha: Double?

  @Option(help: "The power of the scores as weights of the pixels.")
  var p = SpectralSegmenter.refinement.p

  @Option(help: "The number of steps.")
  var iterations = SpectralSegmenter.refinement.iterations

  @Option(help: "The links' Taylor form, which is filtered, or the exact one.")
  var `operator` = SpectralSegmenter.refinement.operator

  @Option(help: "What follows each step.")
  var normalization = SpectralSegmenter.refinement.normalization

  @Flag(
    inversion: .prefixedNo,
    help: "Steps restart from the masks, the more the less they make these agree in time; only by degree.")
  var restarts = SpectralSegmenter.refinement.restarts

  @Flag(
    inversion: .prefixedNo,
    help: "Frames count less whose masks are far larger or smaller than those around; only by degree.")
  var frameTrust = SpectralSegmenter.refinement.trustsFrames

  @Flag(
    help: """
      Keep parts that nothing connects with the object though they have the colours around it; --window always does.
      """)
  var keepStrays = false

  @Option(
    help: """
      The length of a frame's longer side at which the steps along the motion are made: longer finds more, and takes longer.
      """)
  var longestSide = MaskRefinement().longestSide!

  @Flag(help: "Makes these steps at the frames' own size, and none within each frame after them.")
  var fullSize = false

  @Option(help: "What a soft mask exceeds where the object is.")
  var threshold = 0.5

  @Option(help: "Works online, over the last N frames; otherwise over the whole sequence.")
  var window: Int?

  func validate() throws {
    if let alpha, !(alpha > 0 && alpha.isFinite) {
      throw ValidationError("--alpha is \(alpha); it must be positive.")
    }
    guard p >= 0, p.isFinite else { throw ValidationError("--p is \(p); it must not be negative.") }
    guard 1...1000 ~= iterations else {
      throw ValidationError("--iterations is \(iterations); it must be 1 to 1000.")
    }
    guard 16...65536 ~= longestSide else {
      throw ValidationError("--longest-side is \(longestSide); it must be 16 to 65536.")
    }
    guard 0 < threshold, threshold < 1 else {
      throw ValidationError("--threshold is \(threshold); it must lie between 0 and 1.")
    }
    if let window, !(2...1000 ~= window) {
      throw ValidationError("--window is \(window); it must be 2 to 1000.")
    }
    guard normalization != .spectral else {
      throw ValidationError("--normalization spectral leaves no scale to cut at --threshold.")
    }
    if window != nil && features == .flow {
      throw ValidationError("--features flow needs the whole sequence, so there can be no --window.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted: the sequences done so far are in \(output)")
    guard ImageFormat.png.isBuiltIn else {
      throw RefinementError("this build has no PNG codec: install libpng-dev and rebuild")
    }
    let names = try RefinedSequence.names(masks: URL(filePath: masks))
    func sequence(_ name: String?) throws -> RefinedSequence {
      try RefinedSequence(
        name, frames: URL(filePath: frames), masks: URL(filePath: masks),
        truth: truth.map { URL(filePath: $0) },
        flow: flow.map { URL(filePath: $0) })
    }
    // What is missing is told now rather than after hours of work.
    for name in names { _ = try sequence(name) }
    let world = try Communicator.world
    let output = try OutputFolder(URL(filePath: output), in: world)
    let alpha = self.alpha ?? (self.operator == .exact ? 100 * Double(features.channelCount) : 1)
    let refinement = Refinement(
      refinement: MaskRefinement(
        segmenter: SpectralSegmenter(
          kernel: kernel.sizes, alpha: alpha, p: p, iterations: iterations, continuousIterations: iterations,
          normalization: normalization, operator: self.operator,
          restarts: restarts && normalization == .degree,
          trustsFrames: frameTrust && normalization == .degree),
        features: features, longestSide: fullSize ? nil : longestSide, keepsStrays: keepStrays),
      followsMotion: graph == .motion, window: window)
    var scores = ScoreTable()
    for name in world.share(of: names) {
      try Program.deferringInterrupts {
        do {
          try refine(sequence(name), refinement, output, &scores, isWriter: world.rank == 0)
        } catch is Interruption {
          // What it was writing is gone. The signal takes effect.
        }
      }
      // The next sequence's volumes are of other sizes.
      Memory.trim()
    }
    let rows = try world.gathered(scores.rows, isLimited: false)
    if world.size > 1 && world.rank == 0 {
      for row in rows.dropFirst().joined() { scores.append(row) }
      let order = Dictionary(uniqueKeysWithValues: names.compactMap { $0 }.enumerated().map { ($1, $0) })
      scores.sort { (order[$0] ?? 0) < (order[$1] ?? 0) }
      if !scores.rows.isEmpty { try scores.write(to: output.file("scores.csv")) }
    }
    scores.printMean()
    Program.report("masks in \(output.url.path)")
  }

  private func refine(
    _ sequence: RefinedSequence, _ refinement: Refinement, _ output: OutputFolder, _ scores: inout ScoreTable,
    isWriter: Bool
  ) throws {
    let results = try Mutex(Results(of: sequence, in: output.url, threshold: threshold))
    let score = Mutex(RefinementScore(of: sequence, threshold: threshold))
    let duration = try refinement(sequence) { frame in
      let truth = try sequence.truth?.binary(frame.number, for: frame.image)
      try results.withLock { try $0.append(frame, truth: truth) }
      if let truth { try score.withLock { try $0.append(frame, truth: truth) } }
    }
    try results.withLock { try $0.finish() }
    guard let truth = sequence.truth else {
      Program.report("\(sequence.name): \(duration)")
      return
    }
    let row = try score.withLock { score in
      try score.check(truth)
      return ScoreTable.Row(score, note: "\(duration)")
    }
    scores.append(row)
    if isWriter { try scores.write(to: output.file("scores.csv")) }
  }
}

/// Where a pixel's neighbours in other frames lie.
enum TimeLinks: String, ExpressibleByArgument, CaseIterable {
  case motion, plain
}

/// Odd sizes in time, height and width, as `3x7x7`.
struct Kernel: ExpressibleByArgument {
  let sizes: [Int]

  init(_ sizes: [Int]) { self.sizes = sizes }

  init?(argument: String) {
    let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 && $0 % 2 == 1 && $0 < 100 }) else { return nil }
    self.sizes = sizes
  }

  var defaultValueDescription: String { sizes.map(String.init).joined(separator: "x") }
}

extension SpectralFeatures: ExpressibleByArgument {}
extension SpectralNormalization: ExpressibleByArgument {}
extension SpectralGraph.Links: ExpressibleByArgument {}

/// What stops a refinement, in one line.
struct RefinementError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
