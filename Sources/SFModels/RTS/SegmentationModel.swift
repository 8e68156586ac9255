import NN
import Tensor

/// The segmentation branch (RTS, §3.2): features x_s, and filters τ that a few-shot learner fits to encodings of masks, so
/// that T_τ(x_s) encodes the mask of a new frame.
struct SegmentationModel: Module, CustomReflectable {
  /// F_θ: from the backbone's features of stride 16 to x_s.
  let featureExtractor: Sequential
  /// λ_s.
  let regularization = Parameter(Tensor(repeating: 0.01, shape: [1]))
  /// The channels of x_s, and of the mask's encoding.
  let channels: Int, encoding: Int

  /// The filters are so large on each side.
  static let filterSize = 3

  init(inputs: Int, channels: Int, encoding: Int) {
    (self.channels, self.encoding) = (channels, encoding)
    featureExtractor = Sequential(
      Conv2d(inputs, channels, kernel: 3, padding: 1, bias: false),
      InstanceL2Norm(channels: channels, filterSize: Self.filterSize))
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "feature_extractor": featureExtractor, "filter_optimizer.residual_module.filter_reg": regularization,
      ])
  }

  /// What a learner starts from: no filters `[N, 3, 3, C, D]`.
  func initialFilters(count: Int, like x: Tensor) -> Tensor {
    Tensor(zeros: [count, Self.filterSize, Self.filterSize, channels, encoding], dtype: x.dtype)
  }

  /// Equation 1 on a memory: features x_s `[N, M, H, W, C]`, encodings E_θ(y) and weights W_θ(y) of its masks
  /// `[N, M, H, W, D]`, and how much each sample counts, `[N, M]`; 1 unless given.
  func problem(samples x: Tensor, encodings e: Tensor, weights w: Tensor, importance: Tensor? = nil)
    -> FewShotProblem
  {
    let w = importance.map { w * $0.sqrt().reshape($0.shape[0], $0.shape[1], 1, 1, 1) } ?? w
    return FewShotProblem(
      samples: x, padding: Self.filterSize / 2, regularization: regularization.value,
      data: { s in (residuals: w * (s - e), slopes: w) })
  }

  /// T_τ(x_s): the mask's encodings `[N, M, H, W, D]` in frames of features `[N, M, H, W, C]`.
  func callAsFunction(_ x: Tensor, filters: Tensor) -> Tensor {
    x.scores(of: filters, padding: Self.filterSize / 2)
  }
}
