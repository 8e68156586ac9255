import NN
import Vision

extension TrainingLog {
  /// Plots by epoch: the training's and the validation's loss, and each score. What has no column is left out.
  public func curves(_ title: String, losses: String, scores: KeyValuePairs<String, String> = [:]) -> Image {
    func series(_ name: String, _ column: String) -> LinePlot.Series {
      LinePlot.Series(name, points: zip(values(of: "epoch"), values(of: column)).map { Point($0, $1) })
    }
    let losses = LinePlot(
      title: "\(title), loss", xLabel: "epoch", yLabel: losses,
      series: [("training", "train_loss"), ("validation", "val_loss")].filter { columns.contains($0.1) }.map(
        series))
    let scores = scores.filter { columns.contains($0.value) }.map { name, column in
      LinePlot(
        title: "\(title), validation \(name)", xLabel: "epoch", yLabel: name, series: [series(name, column)])
    }
    return Image.grid(([losses] + scores).map { $0.render() }, columns: 2)
  }
}
