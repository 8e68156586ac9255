import Foundation
import Tensor
import Vision

/// The default boxes against which a Siamese network tells where its target is, in pixels of the search image, in the order
/// of the network's outputs: map after map, row by row, at each place one after the other.
public struct Anchors: Sendable {
  /// The boxes.
  public let boxes: [Box]
  /// The number of boxes.
  public var count: Int { boxes.count }

  /// These boxes.
  public init(_ boxes: [Box]) { self.boxes = boxes }

  /// SiamRPN's (Li et al., CVPR 2018): at each of `side`² places, `stride` pixels apart around the middle of a search image
  /// of `searchSize`, a box for each ratio of height to width, `scale` times one of `stride`² pixels whose sides are
  /// rounded down to whole pixels, as the published networks have them.
  public init(
    grid side: Int, stride: Double = 8, scale: Double = 8, ratios: [Double] = [0.33, 0.5, 1, 2, 3],
    searchSize: Int
  ) {
    let sizes = ratios.map { ratio in
      let width = (stride / ratio.squareRoot()).rounded(.down)
      return (width: scale * width, height: scale * (width * ratio).rounded(.down))
    }
    let first = Double(searchSize) / 2 - Double(side - 1) / 2 * stride
    boxes = Self.places(side).flatMap { x, y in
      sizes.map { size in
        Box(
          centerX: first + stride * Double(x), centerY: first + stride * Double(y), width: size.width,
          height: size.height)
      }
    }
  }

  /// A map of SSD's default boxes; lengths are in pixels of the search image.
  public struct Map: Sendable {
    /// The places in a row, and the rows.
    public var side: Int
    /// From one place to the next.
    public var stride: Double
    /// The side of the smaller square, and what the larger one's lies half-way to.
    public var size: Double, nextSize: Double
    /// The ratios of the longer side to the shorter one of those boxes that are no squares.
    public var ratios: [Double]

    /// A map.
    public init(side: Int, stride: Double, size: Double, nextSize: Double, ratios: [Double]) {
      (self.side, self.stride, self.size, self.nextSize) = (side, stride, size, nextSize)
      self.ratios = ratios
    }
  }

  /// SSD's default boxes (Liu et al., ECCV 2016): at each place of each map a square of the map's size s, one of √(s·s'), s'
  /// being the next size, and for each ratio a a box of s√a × s/√a and one of s/√a × s√a.
  public init(maps: [Map]) {
    boxes = maps.flatMap { map in
      let between = (map.size * map.nextSize).squareRoot()
      let sizes =
        [(map.size, map.size), (between, between)]
        + map.ratios.flatMap { ratio in
          let (long, short) = (map.size * ratio.squareRoot(), map.size / ratio.squareRoot())
          return [(long, short), (short, long)]
        }
      return Self.places(map.side).flatMap { x, y in
        sizes.map { width, height in
          Box(
            centerX: (Double(x) + 0.5) * map.stride, centerY: (Double(y) + 0.5) * map.stride, width: width,
            height: height)
        }
      }
    }
  }

  private static func places(_ side: Int) -> [(x: Int, y: Int)] {
    (0..<side * side).map { ($0 % side, $0 / side) }
  }

  /// For each box the product of two raised cosines of its centre: 1 in the middle of the search image of `searchSize`, 0
  /// where the outermost centres lie. Of a grid it is the Hann window.
  func cosineWindow(searchSize: Int) -> [Double] {
    let middle = Double(searchSize) / 2
    let reach = boxes.reduce(0) { max($0, abs($1.centerX - middle), abs($1.centerY - middle)) }
    func weight(_ position: Double) -> Double {
      reach > 0 ? 0.5 + 0.5 * cos(.pi * (position - middle) / reach) : 1
    }
    return boxes.map { weight($0.centerX) * weight($0.centerY) }
  }
}
