import Foundation
import Tensor
import Vision

extension FirstSamples.Variant {
  /// The 27 samples that the spatial memory learns from the first frame (released code, counts; ours, sizes): as it is, moved,
  /// mirrored, blurred and turned. The middle of the image is the target's centre.
  static func spatial(_ image: Image, targetSide: Double) -> [Self] {
    let center = Point(Double(image.width), Double(image.height)) / 2
    let steps = [-1.0, 0, 1].flatMap { x in [-1.0, 0, 1].map { Point(x, $0) } }.filter { $0 != .zero }
    let moved = steps.map { step -> Self in
      // By whole cells' halves, so that no two see the same.
      let move = (0.6 * targetSide * step).rounded(.toNearestOrAwayFromZero)
      return Self(image: image.moved(by: move), center: center + move)
    }
    let blurs: [(Double, Double)] = [(3, 1), (1, 3), (2, 2), (1, 1), (3, 3)]
    let turns = [6.0, 12, 20, 30, 45, 60].flatMap { [$0, -$0] }
    let others =
      [image, image.flippedHorizontally()] + blurs.map { image.blurred(x: $0.0, y: $0.1) }
      + turns.map { image.turned(by: $0 * .pi / 180) }
    return others.map { Self(image: $0, center: center) } + moved
  }
}

extension Image {
  /// The image turned about its middle; beyond it its mean colour lies.
  fileprivate func turned(by angle: Double) -> Image {
    let middle = Point(Double(width), Double(height)) / 2
    let map = Affine.translation(-middle.x, -middle.y).then(.rotation(angle))
      .then(.translation(middle.x, middle.y))
    let mean = tensor().mean(axis: [0, 1]).array(of: Float.self).map { UInt8(255 * $0) }
    return warped(by: map, height: height, width: width, fill: Color(mean[0], mean[1], mean[2]))
  }
}
