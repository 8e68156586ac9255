import Foundation
import NN
import Tensor

/// SAMN, the spatio-appearance memory network (Xie et al. 2020): segments a target by what it remembers of earlier frames
/// and their masks.
///
/// A memory encoder turns a frame and its mask into keys and values, a query encoder a new frame into queries; where they
/// match the memory's values tell what the target is, and the decoder makes the mask of them:
///
///     mask = Dec([softmax(QKᵀ/√d)·V ‖ V_Q], Q's shallower features)
///
/// Parameters stand under the names that they have in phiphiphi31/DMB.
public struct SAMN: Module, CustomReflectable {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For a CPU, to be trained from nothing: residual networks of 18 layers, a quarter as wide.
    case small
    /// For a CPU, with the features that EfficientNet-Lite0 learned on ImageNet.
    case lite
    /// The published network: two ResNet-50s, 38,925,570 parameters.
    case paper
  }

  /// The size it has.
  public let preset: Preset
  /// Enc_M, which sees the mask and what is not in it.
  let memoryEncoder: any GuidedBackbone
  /// Enc_Q.
  let queryEncoder: any GuidedBackbone
  let memoryEmbedding: KeyValueEmbedding
  let queryEmbedding: KeyValueEmbedding
  let decoder: MaskDecoder

  /// The names of the convolutions of the mask and of what is not in it.
  private static let stems = (resnet: ["conv1_m", "conv1_o"], efficientNet: ["_conv_m", "_conv_o"])

  /// A network to train.
  public init(_ preset: Preset) {
    func residual(_ depth: ResNet.Depth, width: Int) -> (any GuidedBackbone, any GuidedBackbone) {
      func backbone() -> ResNet { ResNet(depth, stages: 3, width: width) }
      return (GuidedResNet(backbone(), masks: Self.stems.resnet, bias: false), GuidedResNet(backbone()))
    }
    switch preset {
    case .small: self.init(preset, residual(.resNet18, width: 16), key: 32, value: 64, width: 32)
    case .lite:
      let encoders = (GuidedEfficientNet(masks: Self.stems.efficientNet), GuidedEfficientNet())
      self.init(preset, encoders, key: 64, value: 128, width: 64)
    case .paper: self.init(preset, residual(.resNet50, width: 64), key: 128, value: 512, width: 256)
    }
  }

  /// A network of two encoders, of memory and query, with so many channels in keys, values and decoder.
  init(
    _ preset: Preset, _ encoders: (memory: any GuidedBackbone, query: any GuidedBackbone), key: Int,
    value: Int, width: Int
  ) {
    (self.preset, memoryEncoder, queryEncoder) = (preset, encoders.memory, encoders.query)
    let channels = queryEncoder.channels
    require(channels.count == 3, "SAMN: encoders of \(channels.count) levels; they have strides 4, 8 and 16")
    memoryEmbedding = KeyValueEmbedding(channels[2], key: key, value: value)
    queryEmbedding = KeyValueEmbedding(channels[2], key: key, value: value)
    decoder = MaskDecoder(inputs: 2 * value, features: Array(channels.prefix(2)), width: width)
    // What was learned on images stays as it was, for the spatial memory too.
    if preset == .lite { queryEncoder.freeze() }
    // Norms are in evaluation all the time (released code), but where they are trained from nothing.
    if preset != .small { freezeStatistics() }
  }

  /// The network of a file: what TrainSAMN left, which says its size, or the published one.
  /// - Throws: a `CheckpointError`.
  public init(contentsOf url: URL) throws {
    let preset = (try? SafeTensors(contentsOf: url))?.metadata["preset"].flatMap(Preset.init)
    self.init(preset ?? .paper)
    try load(from: url)
  }

  /// The parts under their published names.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "Encoder_M": memoryEncoder, "Encoder_Q": queryEncoder, "KV_M_r4": memoryEmbedding,
        "KV_Q_r4": queryEmbedding, "Decoder": decoder,
      ] as KeyValuePairs<String, Any>)
  }

  /// Loads an image network's weights into both encoders.
  /// - Throws: a `CheckpointError`.
  public func loadBackbone(from url: URL) throws {
    for encoder in [memoryEncoder, queryEncoder] { try encoder.trunk.loadBackbone(from: url) }
    freezeStatistics()
  }

  /// Keeps training from changing the encoders, as in its second stage (SAMN, §IV-A).
  public func freezeEncoders() {
    for encoder in [memoryEncoder, queryEncoder] {
      encoder.freeze()
      encoder.freezeStatistics()
    }
  }

  /// All parameters to train, what learned on images by a tenth of the rate.
  public func parameterGroups(learningRate: Double) -> [ParameterGroup] {
    guard preset != .small else { return [ParameterGroup(parameters, learningRate: learningRate)] }
    let trunk = memoryEncoder.trunk.parameters
    let known = Set(trunk.map(ObjectIdentifier.init))
    return [
      ParameterGroup(trunk, learningRate: learningRate / 10),
      ParameterGroup(
        parameters.filter { !known.contains(ObjectIdentifier($0)) }, learningRate: learningRate),
    ]
  }

  /// The side in pixels of the squares it sees.
  public var inputSide: Int { preset == .paper ? 384 : 256 }

  /// The side of what it sees, in sides of the target, both taken as squares.
  static let segmentationFactor = 4.0

  // MARK: Memory and query

  /// Frames with the probabilities of their targets' pixels, for the memory.
  /// - Parameters:
  ///   - images: `[N, H, W, 3]`, as `queryEncoder.prepared(_:)` gives them.
  ///   - mask: `[N, H, W, 1]`, in 0…1.
  func memorized(_ images: Tensor, mask: Tensor) -> MemorizedFrame {
    let x = memoryEncoder(images, masks: [mask, 1 - mask]).last!
    return MemorizedFrame(key: memoryEmbedding.key(x).cells, value: memoryEmbedding.value(x).cells)
  }

  /// What the query encoder sees in frames.
  struct Query: Sendable {
    /// Of strides 4, 8 and 16.
    let levels: [Tensor]
    /// `[N, H·W, K]`
    let key: Tensor
    /// `[N, H, W, V]`
    let value: Tensor
  }

  /// What the query encoder sees in prepared frames `[N, H, W, 3]`.
  func query(_ images: Tensor) -> Query {
    let levels = queryEncoder(images, masks: [])
    return Query(
      levels: levels, key: queryEmbedding.key(levels[2]).cells, value: queryEmbedding.value(levels[2]))
  }

  /// What the memory tells of frames beside their own values (SAMN, equation 5), `[N, H/16, W/16, 2V]`.
  func reading(_ query: Query, _ memory: [MemorizedFrame]) -> Tensor {
    let told = read(memory, query.key).reshape(query.value.shape)
    return .concatenate([told, query.value], axis: -1)
  }

  /// The logits `[N, H, W, 2]` of background and target in frames of that size, supposed that the target is in their middle.
  func logits(_ query: Query, _ memory: [MemorizedFrame], height: Int, width: Int) -> Tensor {
    let size = query.value.shape
    let position = Self.distances(height: size[1], width: size[2], of: (height, width)).to(query.value.dtype)
    let logits = decoder(
      reading(query, memory), position: position, levels: Array(query.levels.prefix(2)), height: height,
      width: width)
    return logits.softmax()[.ellipsis, 1...].softAggregated()
  }

  /// How far the pixels that stand for the cells of a map are from the middle of a frame, in its sides, `[1, H, W, 1]`: those
  /// that nearest-neighbour sampling takes, the first of each cell.
  private static func distances(height: Int, width: Int, of frame: (height: Int, width: Int)) -> Tensor {
    func offsets(_ count: Int, _ length: Int) -> Tensor {
      Tensor(
        (0..<count).map { Float($0 * length / count) / Float(length) - 0.5 })
    }
    let (rows, columns) = (offsets(height, frame.height), offsets(width, frame.width))
    return (rows.squared().expandingAxis(1) + columns.squared()).sqrt().reshape(1, height, width, 1)
  }
}

/// From features `[N, H, W, C]` to keys `[N, H, W, K]` and values `[N, H, W, V]`.
struct KeyValueEmbedding: Module, CustomReflectable {
  let key: Conv2d
  let value: Conv2d

  init(_ inputs: Int, key: Int, value: Int) {
    self.key = Conv2d(inputs, key, kernel: 3, padding: 1)
    self.value = Conv2d(inputs, value, kernel: 3, padding: 1)
  }

  var customMirror: Mirror { Mirror(self, children: ["Key": key, "Value": value]) }
}

extension Tensor {
  /// `[N, H, W, C]` → `[N, H·W, C]`.
  fileprivate var cells: Tensor { reshape(shape[0], shape[1] * shape[2], shape[3]) }
}
