import Foundation
import Tensor
import Vision

/// Writes pictures of crosses, discs and squares, a folder for each.
func draw(into folder: URL) throws {
  var generator = SeededGenerator(seed: 1)
  for kind in ["cross", "disc", "square"] {
    let pictures = folder.appending(path: kind)
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
    for number in 0..<100 {
      try picture(of: kind, using: &generator).write(to: pictures.appending(path: "\(number).png"))
    }
  }
}

/// Something bright on something dark, 32 by 32 pixels.
private func picture(of kind: String, using generator: inout SeededGenerator) -> Image {
  var image = Image(height: 32, width: 32, filledWith: .random(in: 0...90, using: &generator))
  let (x, y) = (Double.random(in: 11...21, using: &generator), Double.random(in: 11...21, using: &generator))
  let size = Double.random(in: 10...18, using: &generator)
  func box(_ width: Double, _ height: Double) -> Box {
    Box(centerX: x, centerY: y, width: width, height: height)
  }
  let shape: Outline =
    switch kind {
    case "disc": .ellipse(in: box(size, size))
    case "square": .rectangle(box(size, size))
    default: Outline(polygons: [box(size, size / 3).corners, box(size / 3, size).corners])
    }
  image.fill(shape, with: [Color.red, .green, .yellow].randomElement(using: &generator)!)
  return image
}
