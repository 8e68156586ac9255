import Datasets
import Foundation
import NN
import Tensor
import Vision

// What a person looks at while it trains.
extension Training {
  /// Draws curves.png and samples.png; a build without a PNG codec says so once and goes on.
  func drawPictures() throws {
    guard ImageFormat.png.isBuiltIn else {
      if position.epoch == 1 {
        print("no pictures: this build has no PNG codec (install libpng-dev and rebuild)")
      }
      return
    }
    try curves().write(to: file("curves.png"))
    try samples().write(to: file("samples.png"))
  }

  private func curves() -> Image {
    func series(_ name: String, _ column: String) -> LinePlot.Series {
      LinePlot.Series(
        name, points: zip(log.values(of: "epoch"), log.values(of: column)).map { Point($0, $1) })
    }
    let losses = LinePlot(
      title: "feat2seg, loss", xLabel: "epoch", yLabel: options.loss.rawValue,
      series: [series("training", "train_loss"), series("validation", "val_loss")])
    let scores = LinePlot(
      title: "feat2seg, validation J", xLabel: "epoch", yLabel: "J", series: [series("J", "val_j")])
    return Image.grid([losses.render(), scores.render()], columns: 2)
  }

  /// Rows of frame | box | prediction | truth, from samples spread over the held-out sequences.
  private func samples() throws -> Image {
    let count = min(6, data.validationSamples.count)
    let tiles = try (0..<count).flatMap { row in
      let index = (2 * row + 1) * data.validationSamples.count / (2 * count)
      let sample = try data.validationSamples.plain(index)
      let logits = logits(BoxGuidedBatch([sample]).input)[0]
      var boxed = sample.image
      if let box = sample.box { boxed.draw(box, color: .yellow) }
      return [
        sample.image, boxed, sample.image.overlaid(Mask(logits, above: 0), .red),
        sample.image.overlaid(sample.truth, .green),
      ]
    }
    // Small frames are enlarged, so that a person sees something.
    let scale = max(1, 320 / data.validationSamples.width)
    return Image.grid(
      tiles.map { $0.resized(height: $0.height * scale, width: $0.width * scale) }, columns: 4)
  }
}

extension Image {
  fileprivate func overlaid(_ mask: Mask, _ color: Color) -> Image {
    var result = self
    result.overlay(mask, color: color)
    return result
  }
}
