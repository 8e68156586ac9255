import Foundation
import NN
import Vision

extension Study {
  /// Draws curves.png and samples.png; a build without a PNG codec says so and goes on.
  func drawPictures(mean: Combination, ours: Combination) throws {
    guard isWriter else { return }
    guard ImageFormat.png.isBuiltIn else {
      print("no pictures: this build has no PNG codec (install libpng-dev and rebuild)")
      return
    }
    try lossCurves().write(to: file("curves.png"))
    try samples([mean, ours]).write(to: file("samples.png"))
  }

  private func lossCurves() -> Image {
    func plot(_ title: String, _ column: String) -> Image {
      LinePlot(
        title: title, xLabel: "epoch", yLabel: "Focal-Dice",
        series: curves.map {
          LinePlot.Series(
            $0.name, values: $0.log.values(of: column), color: $0.name == "SFSeg++" ? .black : nil)
        }, isLogarithmicY: true
      ).render()
    }
    return Image.grid(
      [plot("training loss", "train_loss"), plot("loss on videos to choose by", "val_loss")], columns: 2)
  }

  /// Rows of frame | segmentations | truth, from some of the videos to report on: where the first segmentation, of the
  /// frames that show the object, errs most.
  private func samples(_ combinations: [Combination]) throws -> Image {
    let count = min(6, data.test.count)
    let scale = max(1, 240 / data.test[0].channels.shape[2])
    let width = scale * data.test[0].channels.shape[2]
    let names = ["frame"] + combinations.map(\.name) + ["truth"]
    var tiles = names.map { name in
      var head = Image(height: 22, width: width, color: .white)
      head.draw(name, x: 4, y: 5, color: .black, unit: 1.5)
      return head
    }
    let heads = Image.grid(tiles, columns: tiles.count)
    tiles = try (0..<count).flatMap { row in
      let video = data.test[(2 * row + 1) * data.test.count / (2 * count)]
      let segmentations = combinations.map { $0.segmentation(of: video) }
      let frame =
        video.truth.indices.filter { video.truth[$0].area > 0 }
        .min { segmentations[0][$0].iou(video.truth[$0]) < segmentations[0][$1].iou(video.truth[$1]) } ?? 0
      let image = try video.image(frame)
      let masks = segmentations.map { $0[frame] }
      return [image] + masks.map { image.overlaid($0, color: .red) } + [
        image.overlaid(video.truth[frame], color: .green)
      ]
    }
    let rows = Image.grid(
      tiles.map { $0.resized(height: $0.height * scale, width: $0.width * scale) }, columns: names.count)
    var picture = Image(
      height: heads.height + rows.height, width: max(heads.width, rows.width), color: .white)
    picture.paste(heads, x: 0, y: 0)
    picture.paste(rows, x: 0, y: heads.height)
    return picture
  }
}
