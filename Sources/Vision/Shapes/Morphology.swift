import CVision
import Tensor

/// The neighbourhood of a pixel in morphology.
public enum StructuringElement: Sendable {
  /// The pixels whose centres are at most a radius away.
  case disk(radius: Int)
  /// The pixels of a rectangle of odd height and width around the pixel.
  case rectangle(height: Int, width: Int)

  /// How far to each side it reaches in its middle row, and in those ever further above and below.
  var reach: [Int64] {
    switch self {
    case .disk(let radius):
      require(radius >= 0, "StructuringElement: a radius of \(radius)")
      return (0...radius).map { Int64(Double(radius * radius - $0 * $0).squareRoot()) }
    case .rectangle(let height, let width):
      require(
        height > 0 && width > 0 && height % 2 == 1 && width % 2 == 1,
        "StructuringElement: a rectangle of \(height)×\(width); both must be odd")
      return [Int64](repeating: Int64(width / 2), count: height / 2 + 1)
    }
  }
}

/// What lies outside the image is neither set nor unset: it changes nothing within.
extension Mask {
  /// The pixels with a set one in their neighbourhood.
  public func dilated(by element: StructuringElement) -> Mask {
    let reach = element.reach
    return Mask(height: height, width: width) {
      ck_mask_dilate(Int64(height), Int64(width), Int64(reach.count), reach, values, $0)
    }
  }

  /// The pixels whose whole neighbourhood is set.
  public func eroded(by element: StructuringElement) -> Mask {
    let reach = element.reach
    return Mask(height: height, width: width) {
      ck_mask_erode(Int64(height), Int64(width), Int64(reach.count), reach, values, $0)
    }
  }

  /// Eroded, then dilated: what is narrower than the neighbourhood is gone.
  public func opened(by element: StructuringElement) -> Mask { eroded(by: element).dilated(by: element) }

  /// Dilated, then eroded: gaps narrower than the neighbourhood are filled.
  public func closed(by element: StructuringElement) -> Mask { dilated(by: element).eroded(by: element) }
}
