import Tensor
import Vision

/// Where a spatial memory sees its target in a frame: at the best of three scales, the size following by a part.
struct SpatialLocation {
  /// What was seen at that scale, as the filter sees it.
  let features: Tensor
  let peaks: SpatialPeaks
  let crop: SpatialCrop
  /// The target's box, in pixels of the frame.
  let box: Box

  /// The scales looked at, what the answers of another than the present one lose, and how far the size follows.
  private static let scales = [1, 0.97, 1.03], penalty = 0.985, damping = 0.6

  init(_ image: Image, around target: Box, _ memory: SpatialMemory, _ network: SAMN) {
    let crops = Self.scales.map { SpatialCrop(target, scale: $0, memory.options) }
    let z = memory.projected(network.spatialFeatures(crops.map { $0.image(image) }))
    let peaks = crops.indices.map { index in
      memory.peaks(z[index..<index + 1], target: crops[index].targetSize)
    }
    func worth(_ index: Int) -> Double { peaks[index].value * (index == 0 ? 1 : Self.penalty) }
    let best = peaks.indices.max { worth($0) < worth($1) }!
    (self.peaks, features, crop) = (peaks[best], z[best..<best + 1], crops[best])
    let growth = 1 + Self.damping * (Self.scales[best] - 1)
    box = target.scaled(by: growth).centred(at: crop.outside(peaks[best].place)).trackable(in: image)
  }
}

/// The square around a target that the spatial memory sees.
struct SpatialCrop {
  /// The target's size in its pixels.
  let targetSize: Point
  private let box: Box
  private let side: Int

  init(_ target: Box, scale: Double = 1, _ options: SpatialMemory.Options) {
    side = options.side
    let length = scale * options.factor * target.area.squareRoot()
    box = Box(centerX: target.centerX, centerY: target.centerY, width: length, height: length)
    targetSize = Double(side) / length * Point(target.width, target.height)
  }

  /// What it shows of a frame; beyond that its edge is repeated.
  func image(_ frame: Image) -> Image { frame.patch(box, height: side, width: side) }

  /// A place of the frame, in its pixels.
  func inside(_ place: Point) -> Point { (place - Point(box.x, box.y)) * Double(side) / box.width }

  /// A place in it, in pixels of the frame.
  func outside(_ place: Point) -> Point { Point(box.x, box.y) + box.width / Double(side) * place }
}
