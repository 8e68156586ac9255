import Datasets
import Tensor
import Vision

/// Pairs to train a Siamese network on, as tensors.
public struct SiameseBatch: Sendable {
  /// The pairs, for pictures and scores.
  public let pairs: [SiamesePair]
  /// RGB in [0, 1], `[N, h, w, 3]` and `[N, H, W, 3]`.
  public let exemplars: Tensor, searches: Tensor
  /// Masks of the targets' boxes in the exemplars `[N, h, w, 1]`, and of the guides `[N, H, W, 1]`.
  public let exemplarMasks: Tensor, guides: Tensor
  /// For each anchor 1 positive, 0 negative, −1 ignored, `[N, A]`.
  public let labels: Tensor
  /// The targets' offsets from the positive anchors `[N, A, 4]`.
  public let offsets: Tensor
  /// The anchor that fits each target best; nil where none does.
  public let best: [Int?]

  /// Joins at least one pair.
  public init(_ pairs: [SiamesePair], anchors: Anchors, loss: SiameseLoss) {
    require(!pairs.isEmpty, "SiameseBatch: no pairs")
    self.pairs = pairs
    exemplars = .stack(pairs.map { $0.exemplar.tensor() })
    searches = .stack(pairs.map { $0.search.tensor() })
    func masks(_ boxes: [Box], like images: Tensor) -> Tensor {
      .stack(boxes.map { Mask($0, height: images.shape[1], width: images.shape[2]).tensor() })
    }
    exemplarMasks = masks(pairs.map(\.exemplarBox), like: exemplars)
    guides = masks(pairs.map(\.guide), like: searches)
    let truths = pairs.map { loss.matching($0.target, anchors, loss.coding) }
    labels = Tensor(truths.flatMap(\.labels), shape: [pairs.count, anchors.count])
    offsets = Tensor(truths.flatMap(\.offsets), shape: [pairs.count, anchors.count, 4])
    best = truths.map(\.best)
  }

  /// What a network says of them that computes in that type.
  public func prediction(of network: some SiameseNetwork, in dtype: DType = .float32) -> SiamesePrediction {
    func mask(_ mask: Tensor) -> Tensor? { network.takesGuides ? mask.to(dtype) : nil }
    let prediction = network(
      network.pixels(searches).to(dtype), guides: mask(guides),
      network.template(network.pixels(exemplars).to(dtype), masks: mask(exemplarMasks)))
    return SiamesePrediction(
      logits: prediction.logits.to(.float32), offsets: prediction.offsets.to(.float32))
  }

  /// The shares of the positive and of the negative anchors that are taken for what they are.
  public func accuracies(_ prediction: SiamesePrediction) -> (positive: Double, negative: Double) {
    let isTarget = prediction.logits[.ellipsis, 1] .> prediction.logits[.ellipsis, 0]
    func share(_ chosen: Tensor, of all: Tensor) -> Double {
      (chosen .& all).to(.float32).sum().item / max(all.to(.float32).sum().item, 1)
    }
    return (share(isTarget, of: labels .> 0), share(.!isTarget, of: labels .== 0))
  }
}

extension SiamesePrediction {
  /// For each image the box of the anchor that is most likely the target's.
  public func boxes(_ anchors: Anchors, _ coding: BoxCoding) -> [Box] {
    let best = (logits[.ellipsis, 1] - logits[.ellipsis, 0]).argmax(axis: 1).array(of: Int.self)
    return best.enumerated().map { image, anchor in
      let code = offsets[image, anchor].array(of: Double.self)
      return coding.box(of: SIMD4(code[0], code[1], code[2], code[3]), from: anchors.boxes[anchor])
    }
  }
}
