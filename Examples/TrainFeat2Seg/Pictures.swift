import Datasets
import NN
import SFModels
import Tensor
import Vision

/// What a person looks at after an epoch: curves.png and samples.png; nothing in a build without a PNG codec.
func pictures(
  _ log: TrainingLog, _ data: TrainingData, _ logits: (Tensor) -> Tensor
) throws -> [String: [UInt8]] {
  guard ImageFormat.png.isBuiltIn else {
    if log.rows.count == 1 {
      Program.report("no pictures: this build has no PNG codec (install libpng-dev and rebuild)")
    }
    return [:]
  }
  return [
    "curves.png": try log.curves("feat2seg", losses: "loss", scores: ["J": "val_j"]).encoded(as: .png),
    "samples.png": try samples(data.validationSamples, logits).encoded(as: .png),
  ]
}

/// Rows of frame | box | prediction | truth, from samples spread over the held-out sequences.
private func samples(_ samples: BoxGuidedSamples, _ logits: (Tensor) -> Tensor) throws -> Image {
  let count = min(6, samples.count)
  let tiles = try (0..<count).flatMap { row in
    let sample = try samples.plain((2 * row + 1) * samples.count / (2 * count))
    let logits = logits(BoxGuidedBatch([sample]).input)[0]
    var boxed = sample.image
    if let box = sample.box { boxed.draw(box, color: .yellow) }
    return [
      sample.image, boxed, sample.image.overlaid(Mask(logits, above: 0), color: .red),
      sample.image.overlaid(sample.truth, color: .green),
    ]
  }
  // Small frames are enlarged, so that a person sees something.
  let scale = max(1, 320 / samples.width)
  return Image.grid(
    tiles.map { $0.resized(height: $0.height * scale, width: $0.width * scale) }, columns: 4)
}
