import Tensor
import Vision

// What the tracker asks of a network and of a frame.
extension SAMN {
  /// Masks of fewer pixels, of what the network sees, are none: 50 of 384².
  var leastArea: Int { 50 * inputSide * inputSide / (384 * 384) }

  /// The part of a frame around a target that is segmented.
  func segmentationRegion(_ image: Image, _ box: Box) -> SearchRegion {
    SearchRegion(
      around: Point(box.centerX, box.centerY), side: box.area.squareRoot(), of: image,
      inputSize: (inputSide, inputSide), factor: Self.segmentationFactor)
  }

  /// An image as both encoders see it, `[1, H, W, 3]`.
  func prepared(_ image: Image) -> Tensor { queryEncoder.prepared(image.tensor().expandingAxis(0)) }

  /// How probably each pixel of what is seen is the target's, `[1, H, W, 1]`.
  func probabilities(_ query: Query, _ memory: [MemorizedFrame]) -> Tensor {
    logits(query, memory, height: inputSide, width: inputSide).softmax()[.ellipsis, 1...]
  }

  /// What the spatial memory sees in equally large images, `[N, H/16, W/16, C]`: the query encoder's features of stride 16.
  /// Where these have few channels, those of stride 8 join them.
  func spatialFeatures(_ images: [Image]) -> Tensor {
    let levels = queryEncoder(queryEncoder.prepared(.stack(images.map { $0.tensor() })), masks: [])
    if preset == .paper { return levels[2] }
    return InstanceModel(channels: levels[1].shape[-1] + levels[2].shape[-1]).features(levels)
  }

  /// A spatial memory of a target in the first frame.
  func spatialMemory(_ image: Image, _ box: Box) -> SpatialMemory {
    let options = SpatialMemory.Options()
    let variants = FirstSamples.Variant.spatial(
      SpatialCrop(box, options).image(image), targetSide: Double(options.side) / options.factor)
    return SpatialMemory(spatialFeatures(variants.map(\.image)), centers: variants.map(\.center), options)
  }
}

extension SearchRegion {
  /// The pixels of a target's region that are seen, in a square of that side: a box's, a polygon's where it has area, or a
  /// mask's.
  func mask(of region: Region, _ box: Box, side: Int) -> Mask {
    let boxed = Mask(inside(box), height: side, width: side)
    switch region {
    case .box: return boxed
    case .rotatedBox, .polygon:
      let corners = region.corners.map { inside($0) }
      let polygon = Mask(.polygon(corners), height: side, width: side)
      return polygon.area > 0 ? polygon : boxed
    case .mask:
      let whole = Mask(of: region, height: Int(frame.height), width: Int(frame.width))
      let seen = mask(whole)
      return seen.area > 0 ? seen : boxed
    }
  }

  /// A box in what the network sees, in pixels of the frame.
  func outside(_ box: Box) -> Box {
    box.scaled(x: scale.x, y: scale.y).translated(x: self.box.x, y: self.box.y)
  }
}
