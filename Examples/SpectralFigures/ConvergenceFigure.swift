import Foundation
import NN
import SFModels
import Tensor
import Vision

/// Fig. 4: how far SFSeg's solution is from the exact graph's leading eigenvector over its iterations, from a start 70°
/// off: turned from the eigenvector towards the disc in the wrong place, the toy played backwards.
func drawConvergence(of toy: ToyStudy, into folder: URL, iterations: Int = 200) throws {
  let wrong = toy.truth.flipped(axis: 1), eigenvector = toy.exact.vector
  let across = unitNormalized(wrong - (wrong * eigenvector).sum() * eigenvector)
  let start = 70 * Double.pi / 180
  var x = cos(start) * eigenvector + sin(start) * across
  let exactMask = toy.binary(eigenvector)

  var table = TrainingLog(columns: ["iteration", "degrees", "iou_with_eigenvector", "iou_with_truth"])
  for iteration in 0...iterations {
    if iteration > 0 { x = toy.step(x) }
    let mask = toy.binary(x)
    table.append([
      Double(iteration), x.angle(to: eigenvector), iou(mask, exactMask), iou(mask, toy.truth),
    ])
  }

  let limit = toy.taylor.vector.angle(to: eigenvector)
  print(
    "Fig. 4: from \(String(format: "%.0f°", table.rows[0][1])), the Taylor graph's own eigenvector lies "
      + String(format: "%.3f° from the exact graph's", limit))
  for iteration in [1, 5, 10, 20, 50, 100, 200] where iteration <= iterations {
    let row = table.rows[iteration]
    print(
      String(
        format: "  %3d iterations  %6.2f°  IoU with the eigenvector %.3f, with truth %.3f", iteration, row[1],
        row[2], row[3]))
  }
  print(
    String(
      format: "  Lanczos: %d iterations, residual %.1g (exact); %d, %.1g (Taylor)", toy.exact.iterations,
      toy.exact.residual, toy.taylor.iterations, toy.taylor.residual))
  try table.write(to: folder.appending(path: "figure4.csv"))

  func curve(_ name: String, _ column: String) -> LinePlot.Series {
    LinePlot.Series(
      name, points: zip(table.values(of: "iteration"), table.values(of: column)).map { Point($0, $1) })
  }
  let angles = LinePlot(
    title: "Angle to the exact eigenvector", xLabel: "iteration", yLabel: "degrees",
    series: [
      curve("SFSeg", "degrees"),
      LinePlot.Series(
        "Taylor eigenvector", points: [Point(0, limit), Point(Double(iterations), limit)]),
    ])
  let overlaps = LinePlot(
    title: "IoU of the masks above the mean", xLabel: "iteration", yLabel: "IoU",
    series: [
      curve("with the exact eigenvector", "iou_with_eigenvector"), curve("with truth", "iou_with_truth"),
    ])
  try Image.grid([angles.render(), overlaps.render()], columns: 2)
    .write(to: folder.appending(path: "figure4.png"))
}
