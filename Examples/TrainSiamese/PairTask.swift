import Datasets
import Evaluation
import NN
import SFModels
import Tensor
import Vision

/// What a Siamese network learns, and how well.
struct PairTask<Network: SiameseNetwork> {
  let network: Network
  let loss: SiameseLoss
  /// What training computes in; validation computes in float32.
  let dtype: DType
  private let anchors: Anchors

  init(network: Network, loss: SiameseLoss, dtype: DType) {
    (self.network, self.loss, self.dtype, anchors) = (network, loss, dtype, network.anchors)
  }

  /// The loss of a batch, with its parts and the share of anchors that are told right.
  func loss(_ batch: SiameseBatch) -> (Tensor, Metrics) {
    loss(batch.prediction(of: network, in: dtype), batch)
  }

  private func loss(_ prediction: SiamesePrediction, _ batch: SiameseBatch) -> (Tensor, Metrics) {
    let value = loss(
      logits: prediction.logits, offsets: prediction.offsets, labels: batch.labels, trueOffsets: batch.offsets
    )
    let (positive, negative) = batch.accuracies(prediction)
    return (
      value.total,
      [
        "confidence_loss": value.confidence.item, "regression_loss": value.regression.item,
        "positive_accuracy": positive, "negative_accuracy": negative,
      ]
    )
  }

  /// Over the held-out pairs: the mean loss, its parts and accuracies, and the mean overlap of the likeliest boxes with the
  /// targets'.
  func score(_ data: PairData) throws -> Metrics {
    var sums: Metrics = [:]
    var overlaps: [Double] = []
    let count = Double(data.validation.batchCount)
    for batch in data.validation.batches(epoch: 0) {
      let batch = try batch.get()
      try Program.checkInterruption()
      let prediction = batch.prediction(of: network)
      let (total, parts) = loss(prediction, batch)
      sums["val_loss"] = (sums["val_loss"] ?? 0) + total.item / count
      for name in parts.names { sums["val_\(name)"] = (sums["val_\(name)"] ?? 0) + parts[name]! / count }
      overlaps += zip(prediction.boxes(anchors, loss.coding), batch.pairs).map { $0.iou($1.target) }
    }
    sums["val_iou"] = overlaps.mean
    return sums
  }

  /// curves.png; pairs.png, some pairs that are trained on; samples.png, held-out pairs with the truth in blue, the prediction
  /// in red, the best default box in yellow, and the guide in green, of a network that takes guides.
  func pictures(_ log: TrainingLog, _ data: PairData) throws -> [String: [UInt8]] {
    guard ImageFormat.png.isBuiltIn else { return [:] }
    let curves = log.curves(
      "Siamese tracker", losses: "loss",
      scores: [
        "IoU": "val_iou", "positive accuracy": "val_positive_accuracy",
        "negative accuracy": "val_negative_accuracy",
      ])
    var pictures = [
      "curves.png": try curves.encoded(as: .png), "samples.png": try samples(data).encoded(as: .png),
    ]
    if log.rows.count == 1, let batch = try first(data.training) {
      let tiles = batch.pairs.prefix(8).flatMap { pair in
        var search = pair.search
        search.draw(pair.target, color: .blue)
        return [exemplar(pair), search]
      }
      pictures["pairs.png"] = try Image.grid(tiles, columns: 8).encoded(as: .png)
    }
    return pictures
  }

  private func first(_ loader: DataLoader<SiamesePair, SiameseBatch>) throws -> SiameseBatch? {
    for batch in loader.batches(epoch: 0) { return try batch.get() }
    return nil
  }

  private func samples(_ data: PairData) throws -> Image {
    let batch = try first(data.validation)!
    let boxes = batch.prediction(of: network).boxes(anchors, loss.coding)
    let tiles = batch.pairs.indices.prefix(12).flatMap { index in
      let pair = batch.pairs[index]
      var search = pair.search
      if let best = batch.best[index] { search.draw(anchors.boxes[best], color: .yellow) }
      if network.takesGuides { search.draw(pair.guide, color: .green) }
      search.draw(pair.target, color: .blue)
      search.draw(boxes[index], color: .red)
      return [exemplar(pair), search]
    }
    return Image.grid(tiles, columns: 8)
  }

  private func exemplar(_ pair: SiamesePair) -> Image {
    var picture = pair.exemplar
    picture.draw(pair.exemplarBox, color: .blue)
    return picture
  }
}
