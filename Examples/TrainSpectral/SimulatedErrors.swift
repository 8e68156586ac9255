import Foundation
import Tensor

/// The errors of one simulated method on one video: smooth random fields, in part the video's, in part the method's own.
struct SimulatedErrors {
  /// What errs; each kind has random numbers of its own.
  enum Kind: Int {
    case missing, leak, clutter, wanderingX, wanderingY, lag, loss, distraction

    /// Whether the error moves with the object.
    var followsObject: Bool { self == .missing || self == .leak }
  }

  /// How much of a field's variance is the video's.
  private static let sharedVariance = 0.6

  private let shape: Shape
  /// The number of frames after which errors are new ones.
  private let duration: Int
  private let shared: SeededGenerator, own: SeededGenerator
  /// The object's middle in each frame, row and column.
  private let middles: [(row: Int, column: Int)]

  init(_ method: SimulatedMethod, truth: Tensor, seed: UInt64) {
    (shape, duration) = (truth.shape, method.persistence)
    shared = SeededGenerator(seed: seed)
    own = method.name.utf8.reduce(shared) { $0.fork(Int($1)) }
    middles = Self.middles(of: truth)
  }

  /// Where there is nothing to be seen, the middle stays where it was.
  private static func middles(of truth: Tensor) -> [(row: Int, column: Int)] {
    let (height, width) = (truth.shape[1], truth.shape[2])
    let areas = truth.sum(axis: [1, 2]).array(of: Float.self)
    let rows = (truth.sum(axis: 2) * Tensor(from: 0, to: Double(height))).sum(axis: 1).array(of: Float.self)
    let columns = (truth.sum(axis: 1) * Tensor(from: 0, to: Double(width))).sum(axis: 1).array(of: Float.self)
    var middle = (row: height / 2, column: width / 2)
    return areas.indices.map { t in
      if areas[t] > 0 { middle = (Int(rows[t] / areas[t]), Int(columns[t] / areas[t])) }
      return middle
    }
  }

  /// The masks `lag` frames late on average, now more and now less.
  func delayed(_ masks: Tensor, by lag: Double) -> Tensor {
    let delays = process(.lag).map { Int((2 * lag / (1 + exp(-1.7 * $0))).rounded()) }
    return .stack(delays.enumerated().map { t, delay in masks[max(0, t - delay)] })
  }

  /// How far the contours wander in x and y, `[T, H, W, 2]` in pixels; `distance` is in hundredths of the height.
  func wandering(by distance: Double) -> Tensor {
    let amplitude = distance * Double(shape[1]) / 100
    return .stack([.wanderingX, .wanderingY].map { amplitude * field($0, cell: 0.15) }, axis: -1)
  }

  /// Masks whose contours are moved along a flow, and too large or too small.
  func contours(_ masks: Tensor, along flow: Tensor, bias: Double) -> Tensor {
    let moved = masks.expandingAxis(-1).warped(by: flow).squeezed(axis: -1)
    return (blurred(moved, radius: 2) .> 0.5 - 0.3 * bias).to(.float32)
  }

  /// What lies within a tenth of the frame's height around the masks.
  func surroundings(of masks: Tensor) -> Tensor {
    pooled(masks) { $0.maxPool2d(2 * reach + 1, stride: 1, padding: .same) } - masks
  }

  private var reach: Int { max(1, shape[1] / 10) }

  /// How surely a pixel within a region errs. As many do as the given share of the object's pixels; those near the
  /// object's contour rather than others, unless it is clutter.
  func region(_ kind: Kind, within region: Tensor, share: Double, of object: Tensor) -> Tensor {
    var score = field(kind, cell: kind == .clutter ? 0.3 : 0.2)
    switch kind {
    case .missing: score = score - blurred(object, radius: reach)
    case .leak: score = score + blurred(object, radius: reach)
    default: break
    }
    let count = Int(share * exp(0.6 * draw(kind)) * object.sum().item)
    let candidates = score.maskedSelect(region .> 0.5).sorted(descending: true).values
    guard 0 < count, candidates.elementCount > 0 else { return Tensor(zeros: shape) }
    let threshold = candidates[min(count, candidates.elementCount - 1)].item
    return region * (10 * (score - threshold)).sigmoid()
  }

  /// 1 in about the given share of frames, several in a row, else 0; `[T, 1, 1]`. `index` tells errors of a kind apart.
  func frames(_ kind: Kind, _ index: Int = 0, share: Double) -> Tensor {
    // 1.7 times a normally distributed number is nearly logistic.
    let threshold = log((1 - share) / share) / 1.7
    let values = process(kind, index).map { $0 > threshold ? Float(1) : 0 }
    return Tensor(values, shape: [values.count, 1, 1])
  }

  /// Each pixel's mean over the square of pixels within `radius`.
  func blurred(_ masks: Tensor, radius: Int) -> Tensor {
    pooled(masks) {
      $0.averagePool2d(2 * radius + 1, stride: 1, padding: .same, includesPadding: false)
    }
  }

  /// Frames stand in for channels, which pooling is fast over.
  private func pooled(_ masks: Tensor, _ pool: (Tensor) -> Tensor) -> Tensor {
    pool(masks.permuted(1, 2, 0).expandingAxis(0)).squeezed(axis: 0).permuted(2, 0, 1)
  }

  /// A normally distributed number, in part the video's.
  private func draw(_ kind: Kind) -> Double {
    var (a, b) = (shared.fork(kind.rawValue), own.fork(kind.rawValue))
    return mixed(a.normal(), b.normal())
  }

  private func mixed(_ video: Double, _ method: Double) -> Double {
    Self.sharedVariance.squareRoot() * video + (1 - Self.sharedVariance).squareRoot() * method
  }

  /// Smooth noise over the frames of about unit variance.
  private func process(_ kind: Kind, _ index: Int = 0) -> [Double] {
    var (a, b) = (shared.fork(kind.rawValue).fork(index), own.fork(kind.rawValue).fork(index))
    let knots = (0...(shape[0] / duration + 1)).map { _ in mixed(a.normal(), b.normal()) }
    return (0..<shape[0]).map { t in
      let (knot, part) = (t / duration, Double(t % duration) / Double(duration))
      return knots[knot] * (1 - part) + knots[knot + 1] * part
    }
  }

  /// Smooth noise over the video, with cells of `cell` frame heights.
  private func field(_ kind: Kind, cell: Double) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    // What follows the object is twice as large as the frame, to reach everywhere.
    let size = kind.followsObject ? 2 : 1
    let rows = Int(Double(size) / cell) + 2
    let columns = Int(Double(size * width) / Double(height) / cell) + 2
    func noise(_ generator: SeededGenerator) -> Tensor {
      var generator = generator.fork(kind.rawValue).fork(0)
      return Tensor(normal: [shape[0] / duration + 2, rows, columns, 1], seed: generator.next())
    }
    let mixed =
      Self.sharedVariance.squareRoot() * noise(shared) + (1 - Self.sharedVariance).squareRoot() * noise(own)
    let knots = mixed.resized2d(
      height: size * height, width: size * width, interpolation: .cubic, alignCorners: true
    )
    .squeezed(axis: -1)
    return .stack(
      middles.enumerated().map { t, middle in
        let (top, left) = kind.followsObject ? (height - middle.row, width - middle.column) : (0, 0)
        let (knot, part) = (t / duration, Double(t % duration) / Double(duration))
        let window = knots[knot..<knot + 2, top..<top + height, left..<left + width]
        return (1 - part) * window[0] + part * window[1]
      })
  }
}
