import Tensor
import Vision

/// The spatial memory (SAMN, §III-C): remembers what the query encoder saw of the target and around it, and a correlation
/// filter learned from that, which tells where the target is.
struct SpatialMemory: Sendable {
  let options: Options
  private let grid: SpatialGrid
  private let targetSide: Double
  private let projection: Tensor
  private var filter: Tensor
  private var memory: SampleMemory<Sample>

  /// What the spatial memory does: the released code's choices.
  struct Options: Sendable {
    /// The side of the square that is seen, in pixels and in sides of the target.
    var side = 256, factor = 4.5
    /// The side of the filter in cells, and the channels it sees.
    var filterSize = 4, channels = 64
    /// Gauss–Newton's steps on the first frame, and conjugate gradients in each.
    var firstSteps = 6, firstIterations = 10
    /// Conjugate gradients later, in every so-many-th frame.
    var iterations = 5, interval = 10
    /// How many samples are remembered, and the share of the weight that a new one gets, or one that shows something
    /// like the target.
    var capacity = 250, rate = 0.0075, hardRate = 0.02
    /// The share of the first peak from which on a second is something like the target.
    var hardness = 0.3
    /// Whether answers count less the further from the middle they are.
    var isWindowed = true
  }

  /// What is remembered of a frame: features `[1, H, W, D]` and labels `[1, H, W, 1]`.
  private struct Sample: Sendable {
    let features: Tensor
    let labels: Tensor
  }

  /// Learns the target from variants of the first frame: what the network sees of them, `[M, H, W, C]`, and the target's centres
  /// there.
  init(_ x: Tensor, centers: [Point], _ options: Options) {
    self.options = options
    let grid = SpatialGrid(side: options.side, filterSize: options.filterSize)
    let targetSide = Double(options.side) / options.factor
    (self.grid, self.targetSide) = (grid, targetSide)
    let labels = centers.map { grid.label(center: $0, deviation: targetSide / 4) }
    let channels = min(options.channels, x.shape[-1])
    let size = options.filterSize
    let problem = SpatialProblem(
      samples: x.expandingAxis(0), labels: Tensor.concatenate(labels, axis: 0).expandingAxis(0),
      importance: Tensor(repeating: 1 / Double(centers.count), shape: [centers.count]))
    let learned = gaussNewton(
      from: [
        Tensor(zeros: [1, 1, size, size, channels, 1]),
        Self.principalComponents(x, count: channels).reshape(1, 1, 1, 1, x.shape[-1], channels),
      ], steps: options.firstSteps, iterations: options.firstIterations, problem.linearized)
    (filter, projection) = (learned[0], learned[1])
    let z = SpatialProblem.projected(x.expandingAxis(0), projection).squeezed(axis: 0)
    memory = SampleMemory(
      labels.enumerated().map { Sample(features: z[$0..<$0 + 1], labels: $1) }, capacity: options.capacity,
      rate: options.rate)
  }

  /// The directions in which features `[…, C]` vary most, `[C, count]`, of length 1; of features that are no numbers, none.
  private static func principalComponents(_ x: Tensor, count: Int) -> Tensor {
    let rows = x.reshape(-1, x.shape[-1])
    let centred = rows - rows.mean(axis: 0)
    guard let eigen = try? centred.matmul(centred, transposed: true).symmetricEigen() else {
      return Tensor(zeros: [x.shape[-1], count])
    }
    return eigen.vectors[.all, (x.shape[-1] - count)...]
  }

  /// Features `[N, H, W, C]` as the filter sees them.
  func projected(_ x: Tensor) -> Tensor {
    SpatialProblem.projected(x.expandingAxis(0), projection).squeezed(axis: 0)
  }

  /// The answers to projected features `[1, H, W, D]`.
  /// - Parameter target: the target's size in pixels of what is seen.
  func peaks(_ z: Tensor, target: Point) -> ScorePeaks {
    let scores = SpatialProblem.scores(z.expandingAxis(0), filter).reshape(grid.cells, grid.cells)
    // The target and what is a tenth of it away are one (Danelljan et al. 2019).
    return grid.peaks(
      grid.interpolated(scores, windowed: options.isWindowed), neighbourhood: 1.1 * target)
  }

  /// Remembers a frame whose target is centred at a place of what was seen; learns where it is time, or at once
  /// where something else looks like the target.
  mutating func take(_ location: SpatialLocation, center: Point, frame: Int) {
    let isHard = location.peaks.areHard(from: options.hardness)
    let labels = grid.label(center: center, deviation: targetSide / 4)
    memory.add(
      Sample(features: location.features, labels: labels), rate: isHard ? options.hardRate : options.rate)
    if isHard || frame % options.interval == 0 { learn() }
  }

  /// Fits the filter to the memory.
  private mutating func learn() {
    let problem = SpatialProblem(
      samples: memory.stacked(\.features), labels: memory.stacked(\.labels), importance: memory.importance)
    filter =
      gaussNewton(
        from: [filter], steps: 1, iterations: options.iterations, problem.linearized)[0]
  }
}
