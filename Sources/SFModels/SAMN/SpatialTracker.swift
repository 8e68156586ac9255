import Foundation
import Tensor
import Vision

/// The spatial memory of ``SAMN`` alone: it tells where the target is by its filter's answers, and how large by the best of
/// three scales. It needs no training but its backbone's.
public struct SpatialTracker: Tracker, Sendable {
  private let network: SAMN
  private let options: SpatialMemory.Options
  private var target: (box: Box, memory: SpatialMemory, uncertainty: Uncertainty, frame: Int)?

  /// The scales looked at, what the answers of another than the present one lose, and how far the size follows.
  private static let scales = [1, 0.97, 1.03], penalty = 0.985, damping = 0.6

  /// A tracker of that network, whose query encoder it shares.
  public init(_ network: SAMN) { self.init(network, SpatialMemory.Options()) }

  init(_ network: SAMN, _ options: SpatialMemory.Options) {
    (self.network, self.options) = (network, options)
  }

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    target = (box, network.spatialMemory(image, box, options), Uncertainty(), 0)
  }

  /// The target's box in the next frame, and the filter's answer.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("SpatialTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let crops = Self.scales.map { SpatialCrop(target.box, scale: $0, options) }
    let z = target.memory.projected(network.spatialFeatures(crops.map { $0.image(image) }))
    let peaks = crops.indices.map { index in
      target.memory.peaks(z[index..<index + 1], target: crops[index].targetSize)
    }
    func worth(_ index: Int) -> Double { peaks[index].value * (index == 0 ? 1 : Self.penalty) }
    let best = peaks.indices.max { worth($0) < worth($1) }!
    let peak = peaks[best]
    if target.uncertainty(peak.value) < SAMNTracker.certain {
      let center = crops[best].outside(peak.place)
      let growth = 1 + Self.damping * (Self.scales[best] - 1)
      target.box = Box(
        centerX: center.x, centerY: center.y, width: growth * target.box.width,
        height: growth * target.box.height
      ).trackable(in: image)
      target.uncertainty.remember(peak.value)
      target.memory.take(z[best..<best + 1], peak, center: peak.place, frame: target.frame)
    }
    return TrackedTarget(.box(target.box), confidence: min(max(peak.value, 0), 1))
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
