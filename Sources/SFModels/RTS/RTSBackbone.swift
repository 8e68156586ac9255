import Foundation
import NN
import Tensor

/// What RTS sees frames with: features of strides 4, 8, 16 and 32.
struct RTSBackbone: Module, CustomReflectable {
  /// The channels of the levels.
  let channels: [Int]
  private let network: any Module
  private let levels: @Sendable (Tensor) -> [Tensor]
  private let prepare: @Sendable (Tensor) -> Tensor
  /// The parts that keep what they learned on images.
  private let lasting: [any Module]

  /// A residual network in Mask R-CNN's style, which sees BGR, 0…255, less the mean of its training set.
  init(_ network: ResNet) {
    (self.network, channels) = (network, network.channels)
    lasting = [network.conv1, network.bn1, network.stages[0]]
    levels = { network($0) }
    prepare = { $0[.ellipsis, .stride(by: -1)] * 255 - Tensor([102.9801, 115.9465, 122.7717] as [Float]) }
  }

  /// EfficientNet-Lite0. Its levels, which have no common scale, are divided by the roots of their mean squares.
  init(_ network: EfficientNetLite0) {
    // The last stages of strides 4, 8, 16 and 32.
    let stages = [1, 2, 4, 6]
    (self.network, channels) = (network, stages.map { EfficientNetLite0.channels[$0] })
    lasting = [network]
    levels = { images in
      let outputs = network(images)
      return stages.map { outputs[$0].normalizedImages }
    }
    prepare = { ($0 * 255 - 127) / 128 }
  }

  var customMirror: Mirror { Mirror(reflecting: network) }

  /// Loads the weights that a network learned on images. Its norms then keep their statistics, and training doesn't change
  /// its lasting parts. Throws a `CheckpointError`.
  func loadPublished(from url: URL) throws {
    try loadBackbone(from: url)
    freezeStatistics()
    for part in lasting { part.freeze() }
  }

  /// Whether training changes nothing of it.
  var isFrozen: Bool { !parameters.contains(where: \.isTrainable) }

  /// Images `[N, H, W, 3]`, RGB in 0…1, as the network wants them.
  func prepared(_ images: Tensor) -> Tensor { prepare(images) }

  /// The levels of prepared images, the shallowest first.
  func callAsFunction(_ images: Tensor) -> [Tensor] {
    guard isFrozen, images.shape[0] > 1 else { return levels(images) }
    // One by one they take no fresh memory, which the system would clear: a fifth of a training step's time.
    let each = (0..<images.shape[0]).map { levels(images[$0..<$0 + 1]) }
    return each[0].indices.map { level in .concatenate(each.map { $0[level] }) }
  }
}

extension Tensor {
  /// Each image `[N, H, W, C]` divided by the root of its mean square.
  var normalizedImages: Tensor {
    self * (squared().mean(axis: [1, 2, 3], keepingAxes: true) + 1e-5).rsqrt()
  }

  /// In float32, where it is bfloat16: for sums over many values.
  var widened: Tensor { dtype == .bfloat16 ? to(.float32) : self }
}
