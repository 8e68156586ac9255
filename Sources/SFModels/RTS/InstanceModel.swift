import Foundation
import NN
import Tensor
import Vision

/// The instance branch (RTS, §3.3): features x_c, and a filter κ that a few-shot learner fits to bells at the target's
/// centre, so that the scores T_κ(x_c) of a new frame tell where the target is, and whether it is there.
struct InstanceModel: Module, CustomReflectable {
  /// G_θ: from the backbone's features to x_c.
  private let featureExtractor: Sequential?
  /// Where the learner's filter starts: what the box shows of these features.
  private let filterConvolution: Conv2d?
  /// The channels of x_c.
  let channels: Int
  /// The side of the filter, in cells of x_c.
  let filterSize: Int
  /// The pixels of a frame to a cell of x_c.
  let stride: Int

  /// λ_c.
  private static let regularization = 0.01
  /// Below this a label is background, whose scores may be negative without a loss.
  static let threshold = 0.05

  /// The published model: 512 channels of stride 32, a filter of 4×4 that starts from the box.
  init(inputs: Int, channels: Int) {
    (self.channels, filterSize, stride) = (channels, 4, 32)
    featureExtractor = Sequential(
      Conv2d(inputs, channels, kernel: 3, stride: 2, padding: 1, bias: false),
      InstanceL2Norm(channels: channels, filterSize: SegmentationModel.filterSize))
    filterConvolution = Conv2d(channels, channels, kernel: 3, padding: 1)
  }

  /// A model of the backbone's own features of stride 16, whose filter of 5×5 starts from nothing: it has nothing to learn
  /// but its filter, and so works with any features that were learned on images.
  init(channels: Int) {
    (self.channels, filterSize, stride) = (channels, 5, 16)
    featureExtractor = nil
    filterConvolution = nil
  }

  var customMirror: Mirror {
    var children: [(label: String?, value: Any)] = []
    if let filterConvolution { children.append(("filter_initializer.filter_conv", filterConvolution)) }
    if let featureExtractor { children.append(("feature_extractor", featureExtractor)) }
    return Mirror(self, children: children)
  }

  /// x_c `[N, H, W, C]`, from the backbone's levels of stride 4, 8, 16 and 32.
  func features(_ levels: [Tensor]) -> Tensor {
    if let featureExtractor { return featureExtractor(levels[2]) }
    let fine = levels[1].averagePool2d(2, ceilMode: true)
    return .concatenate([fine, levels[2]].map(\.normalizedImages), axis: -1)
  }

  // MARK: Where

  /// The place of the first score, in pixels of the frame: an even filter's lie between the cells, and begin at the corner.
  private var firstPlace: Double { filterSize % 2 == 0 ? 0 : Double(stride) / 2 }

  /// The place of a score, in pixels of the frame.
  func place(row: Double, column: Double) -> Point {
    Point(firstPlace + column * Double(stride), firstPlace + row * Double(stride))
  }

  /// The height and width of the scores of a frame.
  func scoreSize(height: Int, width: Int) -> (height: Int, width: Int) {
    let extra = (filterSize + 1) % 2
    func cells(_ length: Int) -> Int { (length + stride - 1) / stride + extra }
    return (cells(height), cells(width))
  }

  /// The labels y_c `[H', W', 1]` of a frame whose target is centred at a place: a bell of height 1, whose deviation is given
  /// in pixels; nothing where there is no target.
  func label(center: Point?, deviation: Double, height: Int, width: Int) -> Tensor {
    let size = scoreSize(height: height, width: width)
    guard let center else { return Tensor(zeros: [size.height, size.width, 1]) }
    func bell(_ count: Int, _ center: Double) -> [Double] {
      (0..<count).map { index in
        let distance = (firstPlace + Double(index * stride) - center) / deviation
        return exp(-distance * distance / 2)
      }
    }
    let (rows, columns) = (bell(size.height, center.y), bell(size.width, center.x))
    return Tensor(
      rows.flatMap { row in columns.map { Float(row * $0) } }, shape: [size.height, size.width, 1])
  }

  // MARK: Learning

  /// κ⁰ `[N, k, k, C, 1]` of frames whose features are `[N, H, W, C]`: the mean of what the targets' boxes, in pixels of the
  /// frames, show in k×k bins.
  func initialFilters(_ x: Tensor, boxes: [Box]) -> Tensor {
    guard let filterConvolution else {
      return Tensor(zeros: [x.shape[0], filterSize, filterSize, channels, 1], dtype: x.dtype)
    }
    let edges = boxes.enumerated().map { [Double($0), $1.x, $1.y, $1.maxX, $1.maxY] }
    // The published weights were trained with boxes taken at stride 16, though x_c has 32.
    return filterConvolution(x).preciseRoIPool(
      Tensor(edges).to(x.dtype), height: filterSize, width: filterSize, scale: 2 / Double(stride)
    ).expandingAxis(-1)
  }

  /// Equation 2 on a memory: features x_c `[N, M, H, W, C]`, labels y_c `[N, M, H', W', 1]`, and how much each sample counts,
  /// `[N, M]`; 1/M unless given. The residuals (Bhat et al. 2019, equation 3) are those of the scores where there is a label,
  /// and nearly those of their positive part elsewhere.
  func problem(samples x: Tensor, labels y: Tensor, importance: Tensor? = nil) -> FewShotProblem {
    let (sequences, count) = (x.shape[0], x.shape[1])
    let importance =
      importance ?? Tensor(repeating: 1 / Double(count), shape: [sequences, count], dtype: x.dtype)
    let weight = importance.sqrt().reshape(sequences, count, 1, 1, 1)
    let m = Tensor.minimum((y .> Self.threshold).to(x.dtype) + 0.1, 1)
    return FewShotProblem(
      samples: x, padding: filterSize / 2,
      regularization: Tensor(repeating: Self.regularization, shape: [1], dtype: x.dtype),
      data: { s in
        let (odd, even) = ((1 + m) / 2, (1 - m) / 2)
        return (
          residuals: weight * (even * s.abs() + odd * s - m * y),
          slopes: weight * (even * s.sign() + odd)
        )
      })
  }

  /// T_κ(x_c): the scores `[N, M, H', W', 1]` of frames of features `[N, M, H, W, C]`.
  func callAsFunction(_ x: Tensor, filters: Tensor) -> Tensor {
    x.scores(of: filters, padding: filterSize / 2)
  }
}
