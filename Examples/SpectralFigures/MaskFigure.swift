import Foundation
import NN
import SFModels
import Tensor
import Vision

/// Fig. 3: the toy's frames from left to right, a method in each row.
func drawMasks(of toy: ToyStudy, into folder: URL) throws {
  let five = toy.segmentation(iterations: 5)
  let rows: [(name: String, volume: Tensor)] = [
    ("noisy mask", toy.scores),
    ("SFSeg, 1 iteration", toy.segmentation(iterations: 1)),
    ("SFSeg, 5 iterations", five),
    ("power iteration, 5", toy.exactPowerIteration(iterations: 5)),
    ("eigenvector", toy.exact.vector),
    ("truth", toy.truth),
  ]
  print("Fig. 3: an 11-frame toy of \(toy.exactGraph.nodeCount) nodes, \(toy.exactGraph.linkCount) links")
  var table = TrainingLog(columns: ["row", "degrees_to_eigenvector", "iou_with_truth"])
  for (index, row) in rows.enumerated() {
    let angle = row.volume.angle(to: toy.exact.vector), iou = iou(toy.binary(row.volume), toy.truth)
    table.append([Double(index + 1), angle, iou])
    let name = row.name.padding(toLength: 20, withPad: " ", startingAt: 0)
    print(String(format: "  \(name)  %6.2f° from the eigenvector  IoU with truth %.3f", angle, iou))
  }
  let exactFive = toy.exactPowerIteration(iterations: 5)
  print(String(format: "  SFSeg and power iteration, both after 5: %.3f° apart", five.angle(to: exactFive)))
  try table.write(to: folder.appending(path: "figure3.csv"))
  try picture(of: rows).write(to: folder.appending(path: "figure3.png"))
}

/// Each frame in the range of its own maximum, as the segmentation sees it.
private func picture(of rows: [(name: String, volume: Tensor)]) -> Image {
  let (side, gap, margin, head) = (84, 4, 254, 24)
  let frames = rows[0].volume.shape[1]
  var image = Image(
    height: head + rows.count * (side + gap), width: margin + frames * (side + gap), color: .white)
  for frame in 0..<frames {
    let x = Double(margin + frame * (side + gap))
    image.draw("\(frame + 1)", x: x + Double(side) / 2 - 5, y: 5, color: .black, unit: 2)
  }
  image.draw("frame", x: 10, y: 5, color: .black, unit: 2)
  for (row, entry) in rows.enumerated() {
    let y = head + row * (side + gap)
    image.draw(entry.name, x: 10, y: Double(y + side / 2 - 7), color: .black, unit: 2)
    for frame in 0..<frames {
      let values = entry.volume[0, frame]
      let tile = Image((values / values.max()).expandingAxis(-1)).resized(
        height: side, width: side, interpolation: .nearestExact)
      image.paste(tile, x: margin + frame * (side + gap), y: y)
    }
  }
  return image
}
