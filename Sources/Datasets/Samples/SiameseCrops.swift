import Tensor
import Vision

/// What a Siamese tracker sees of a frame: squares around the target, the exemplar and the search image.
public struct SiameseCrops: Sendable, Hashable {
  /// The sides of the exemplar and of the search image, in pixels.
  public var exemplarSize: Int, searchSize: Int
  /// How much of the surroundings they show: see `Box.square(context:)`. Without one of its own the search image shows the
  /// target as large as the exemplar does.
  public var exemplarContext: Double, searchContext: Double?

  /// Crops; the context of the exemplar is that of the report, Fig. 11.
  public init(
    exemplarSize: Int, searchSize: Int, exemplarContext: Double = 0.5, searchContext: Double? = nil
  ) {
    require(exemplarSize > 0 && searchSize > 0, "SiameseCrops: sizes \(exemplarSize) and \(searchSize)")
    (self.exemplarSize, self.searchSize) = (exemplarSize, searchSize)
    (self.exemplarContext, self.searchContext) = (exemplarContext, searchContext)
  }

  /// What the exemplar shows of the frame where the target has this box.
  public func exemplarWindow(_ target: Box) -> Box { target.square(context: exemplarContext) }

  /// What the search image shows around a box.
  public func searchWindow(_ target: Box) -> Box {
    searchContext.map { target.square(context: $0) }
      ?? exemplarWindow(target).scaled(by: Double(searchSize) / Double(exemplarSize))
  }
}
