import Foundation
import Tensor
import Vision

/// How the first frame is varied for the instance model, which has nothing else to learn from.
public enum FirstSamples: Sendable, CaseIterable {
  /// As the released code does: mirrored left to right, and blurred thrice.
  case released
  /// As the paper says (§3.6): mirrored top to bottom, moved, and blurred.
  case paper

  /// A variant of an image that shows the target, and of where the target is in it.
  struct Variant {
    let image: Image
    let center: Point
  }

  /// The image and its variants; a move is by so many pixels.
  func variants(_ image: Image, center: Point, move: Int) -> [Variant] {
    let same = Variant(image: image, center: center)
    let blurred = { (x: Double, y: Double) in Variant(image: image.blurred(x: x, y: y), center: center) }
    switch self {
    case .released:
      let mirrored = Variant(
        image: image.flippedHorizontally(), center: Point(Double(image.width) - center.x, center.y))
      return [same, mirrored, blurred(3, 1), blurred(1, 3), blurred(2, 2)]
    case .paper:
      let mirrored = Variant(
        image: image.flippedVertically(), center: Point(center.x, Double(image.height) - center.y))
      let move = Double(move)
      let steps = [Point(move, 0), Point(-move, 0), Point(0, move), Point(0, -move)]
      let moved = steps.map { step in Variant(image: image.moved(by: step), center: center + step) }
      return [same, mirrored] + moved + [blurred(2, 2)]
    }
  }
}

extension Image {
  /// The image moved, its edge repeated.
  func moved(by step: Point) -> Image {
    let box = Box(x: -step.x, y: -step.y, width: Double(width), height: Double(height))
    return patch(box, height: height, width: width)
  }

  /// The image convolved with a bell of these deviations, its edge repeated.
  func blurred(x: Double, y: Double) -> Image {
    func bell(_ deviation: Double) -> [Float] {
      let radius = Int((3 * deviation).rounded(.up))
      let values = (-radius...radius).map { (x: Int) -> Double in
        let distance = Double(x) / deviation
        return exp(-distance * distance / 2)
      }
      let sum = values.reduce(0, +)
      return values.map { Float($0 / sum) }
    }
    let (rows, columns) = (bell(y), bell(x))
    let (above, left) = (rows.count / 2, columns.count / 2)
    let widths = [(before: 0, after: 0), (above, above), (left, left), (0, 0)]
    let blurred = tensor().expandingAxis(0).padded(widths, mode: .replicate)
      .conv2d(Tensor(rows, shape: [rows.count, 1, 1, 1]).tiled(1, 1, 1, channels), groups: channels)
      .conv2d(Tensor(columns, shape: [1, columns.count, 1, 1]).tiled(1, 1, 1, channels), groups: channels)
    return Image(blurred.squeezed(axis: 0))
  }
}
