import Vision

/// J and F of YouTube-VOS (Xu et al., "YouTube-VOS: A large-scale video object segmentation benchmark", 2018): the means over
/// the objects of classes that the training set has, and over those of others.
public struct YouTubeVOSScore: Sendable, Equatable {
  /// The means of some objects.
  public struct Part: Sendable, Equatable {
    /// The region similarity J; 0 of no object.
    public let region: Double
    /// The boundary measure F; 0 of no object.
    public let boundary: Double
    /// The number of objects.
    public let objectCount: Int

    init(_ scores: [SegmentationScore]) {
      (region, boundary) = (scores.map(\.region.mean).mean, scores.map(\.boundary.mean).mean)
      objectCount = scores.count
    }
  }

  /// Objects of classes to learn from.
  public let seen: Part
  /// Objects of other classes.
  public let unseen: Part

  /// G: the mean of J and F over the parts that there are.
  public var overall: Double {
    [seen, unseen].filter { $0.objectCount > 0 }.flatMap { [$0.region, $0.boundary] }.mean
  }

  /// The score of some objects, each with its class, where `seen` are the classes of the training set; without it all are.
  public init(_ objects: [(category: String, score: SegmentationScore)], seen: Set<String>?) {
    func isSeen(_ category: String) -> Bool { seen?.contains(category) ?? true }
    self.seen = Part(objects.filter { isSeen($0.category) }.map(\.score))
    unseen = Part(objects.filter { !isSeen($0.category) }.map(\.score))
  }
}
