import Tensor
import Vision

/// Where a spatial memory sees its target in a frame.
struct SpatialLocation {
  /// What was seen, as the filter sees it.
  let features: Tensor
  let peaks: ScorePeaks
  let crop: SpatialCrop
  /// The target's box, in pixels of the frame, as large as the last one.
  let box: Box

  init(_ image: Image, around target: Box, _ memory: SpatialMemory, _ network: SAMN) {
    crop = SpatialCrop(target, memory.options)
    features = memory.projected(network.spatialFeatures([crop.image(image)]))
    peaks = memory.peaks(features, target: crop.targetSize)
    box = target.centred(at: crop.outside(peaks.place)).trackable(in: image)
  }
}

/// The square around a target that the spatial memory sees.
struct SpatialCrop {
  /// The target's size in its pixels.
  let targetSize: Point
  private let box: Box
  private let side: Int

  init(_ target: Box, _ options: SpatialMemory.Options) {
    side = options.side
    let length = options.factor * target.area.squareRoot()
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
