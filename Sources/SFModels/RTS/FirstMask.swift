import Tensor
import Vision

/// How the first frame's mask is found where a box alone is given.
public enum FirstMask: Sendable {
  /// The ellipse in the box.
  case ellipse
  /// What a network sees in the box: phase 1 of SFTrack++.
  case feat2seg(Feat2Seg)

  /// Networks see frames of this longest side, as in training (SFTrack++, §7).
  private static var longestSide: Int { 480 }

  /// The target's pixels in a frame: those of a region that tells them, or what its box tells.
  func callAsFunction(_ frame: Image, _ region: Region, _ box: Box) -> Mask {
    switch (region, self) {
    case (.mask, _), (.polygon, _), (.rotatedBox, _):
      Mask(of: region, height: frame.height, width: frame.width)
    case (.box, .feat2seg(let network)):
      Self.mask(frame, box, network) ?? Mask(ellipseIn: box, height: frame.height, width: frame.width)
    case (.box, .ellipse): Mask(ellipseIn: box, height: frame.height, width: frame.width)
    }
  }

  /// The network's answer within the box; nil where that is nothing.
  private static func mask(_ frame: Image, _ box: Box, _ network: Feat2Seg) -> Mask? {
    let image = frame.resized(longestSide: longestSide)
    let (x, y) = (
      Double(image.width) / Double(frame.width), Double(image.height) / Double(frame.height)
    )
    let answer = Mask(network(image, box: box.scaled(x: x, y: y)), above: 0)
      .resized(height: frame.height, width: frame.width)
    let inBox = Mask(box, height: frame.height, width: frame.width)
    let common = Mask(
      height: frame.height, width: frame.width, values: zip(answer.values, inBox.values).map { $0 & $1 })
    return common.area > 0 ? common : nil
  }
}

extension Mask {
  /// The ellipse in a box.
  init(ellipseIn box: Box, height: Int, width: Int) {
    let corners = (0..<64).map { index in
      let turn = Affine.rotation(2 * .pi * Double(index) / 64)(1, 0)
      return Point(box.centerX + turn.x * box.width / 2, box.centerY + turn.y * box.height / 2)
    }
    self.init(of: .polygon(corners), height: height, width: width)
  }
}
