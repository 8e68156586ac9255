import Foundation
import NN
import Tensor
import Vision

/// RTS, robust visual tracking by segmentation (Paul et al. 2022): a network that learns its target while it tracks.
///
/// A backbone B_θ sees the frame. The segmentation branch fits filters τ to encodings of the masks so far, the instance branch
/// a filter κ to where the target was; what both say of the next frame becomes its mask in the decoder:
///
///     mask = D_θ(T_τ(x_s) + H_θ(T_κ(x_c)))
///
/// The learners are unrolled steps of steepest descent (`FewShotProblem`), so that training reaches through them.
/// Parameters stand under the names that they have in visionml/pytracking.
public struct RTS: Module, CustomReflectable {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For a CPU, to be trained from nothing: a residual network of 18 layers, a quarter as wide.
    case small
    /// For a CPU, with the features that EfficientNet-Lite0 learned on ImageNet.
    case lite
    /// The published network: ResNet-50, 43,848,002 parameters.
    case paper
  }

  /// The size it has.
  public let preset: Preset
  /// B_θ.
  let backbone: RTSBackbone
  /// F_θ and T_τ.
  let segmentation: SegmentationModel
  /// G_θ and T_κ.
  let instance: InstanceModel
  /// E_θ and W_θ.
  let labelEncoder: LabelEncoder
  /// H_θ.
  let scoreEncoder: LabelEncoder
  /// D_θ.
  let decoder: SegmentationDecoder

  /// The channels of a mask's encoding.
  private static let encoding = 16

  /// A network to train.
  public init(_ preset: Preset) {
    let backbone =
      switch preset {
      case .small: RTSBackbone(ResNet(.resNet18, width: 16))
      case .lite: RTSBackbone(EfficientNetLite0())
      case .paper: RTSBackbone(ResNet(.resNet50, style: .caffe))
      }
    let channels = backbone.channels
    switch preset {
    case .small, .lite:
      self.init(
        preset, backbone, instance: InstanceModel(channels: channels[1] + channels[2]), channels: 64,
        width: 16)
    case .paper:
      self.init(
        preset, backbone, instance: InstanceModel(inputs: channels[2], channels: 512), channels: 512,
        width: 64)
    }
  }

  /// The network of a file: what TrainRTS left, which says its size, or the published one.
  /// - Throws: a `CheckpointError`.
  public init(contentsOf url: URL) throws {
    let preset = (try? SafeTensors(contentsOf: url))?.metadata["preset"].flatMap(Preset.init)
    self.init(preset ?? .paper)
    try load(from: url)
  }

  /// A network whose x_s has so many channels, and whose decoder is so wide.
  init(_ preset: Preset, _ backbone: RTSBackbone, instance: InstanceModel, channels: Int, width: Int) {
    (self.preset, self.backbone, self.instance) = (preset, backbone, instance)
    segmentation = SegmentationModel(
      inputs: backbone.channels[2], channels: channels, encoding: Self.encoding)
    labelEncoder = LabelEncoder(encoding: Self.encoding, stride: 2)
    scoreEncoder = LabelEncoder(encoding: Self.encoding, stride: 1)
    decoder = SegmentationDecoder(features: backbone.channels, encoding: Self.encoding, width: width)
    // Norms but those of a backbone that is trained from nothing are in evaluation all the time (released code).
    decoder.freezeStatistics()
  }

  /// The parts under their published names.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "feature_extractor": backbone, "target_model": segmentation, "classifier": instance,
        "label_encoder": labelEncoder, "clf_encoder": scoreEncoder, "decoder": decoder,
      ])
  }

  /// The height and width of what it sees of a frame.
  public var inputSize: (height: Int, width: Int) { preset == .paper ? (480, 832) : (240, 416) }

  /// The side of what it sees, in sides of the target, both taken as squares.
  var searchFactor: Double { preset == .paper ? 6 : 5 }

  /// The deviation of the instance model's labels, in pixels of what it sees: a quarter of the target's side, which the
  /// published model takes for a fifth of the frame's.
  var labelDeviation: Double {
    let (height, width) = inputSize
    return 0.25 / 5 * Double(height * width).squareRoot()
  }

  /// Loads a backbone's weights from a file of its published names. Training then changes nothing of EfficientNet-Lite0, and
  /// of a residual network all but its first stage.
  /// - Throws: a `CheckpointError`.
  public func loadBackbone(from url: URL) throws {
    try backbone.loadPublished(from: url)
  }

  /// What it sees in frames.
  struct Features {
    /// The backbone's levels, of strides 4, 8, 16 and 32.
    let levels: [Tensor]
    /// x_s `[N, H, W, C]`.
    let segmentation: Tensor
    /// x_c `[N, H, W, C]`.
    let instance: Tensor
  }

  /// What it sees in frames `[N, H, W, 3]`, RGB in 0…1.
  func features(_ images: Tensor) -> Features { features(ofPrepared: backbone.prepared(images)) }

  /// What it sees in frames that are prepared for the backbone.
  func features(ofPrepared images: Tensor) -> Features {
    let levels = backbone(images)
    // The learners go by small differences.
    let wide = levels.map(\.widened)
    return Features(
      levels: levels, segmentation: segmentation.featureExtractor(wide[2]), instance: instance.features(wide))
  }

  /// The logits of the target's pixels `[N, height, width, 1]` in frames whose levels are given, from the mask's encodings
  /// x_m and, where the instance branch is asked, its scores s_c: D_θ(x_m + H_θ(s_c)).
  func logits(_ levels: [Tensor], encodings: Tensor, scores: Tensor?, height: Int, width: Int) -> Tensor {
    var encodings = encodings
    if let scores {
      encodings =
        encodings
        + scoreEncoder(scores).resized2d(height: encodings.shape[1], width: encodings.shape[2])
    }
    return decoder(encodings.to(levels[0].dtype), levels, height: height, width: width).widened
  }
}
