import Foundation
import Tensor
import Vision

/// Objects that look like a target, cut out along their masks from other frames, to be pasted beside it (the report on deep
/// object tracking, §3.1, Fig. 10).
///
/// They are of the target's category where the data set has categories, from anywhere; otherwise another object of its
/// sequence, or, where there is none, any other.
public struct SemanticDistractors: Sendable {
  private let targets: [AnnotatedTarget]
  private let ofCategory: [String: [Int]]
  private let ofSequence: [String: [Int]]

  /// The most of a target's box that a distractor's may cover.
  private static let greatestCover = 0.1
  /// A distractor's longer side in parts of the target's.
  private static let size = 0.6..<1.4

  /// Distractors from these targets; those without masks are of no use.
  public init(_ targets: [AnnotatedTarget]) {
    let targets = targets.filter(\.hasMasks)
    self.targets = targets
    ofCategory = Dictionary(grouping: targets.indices.filter { targets[$0].category != nil }) {
      targets[$0].category!
    }
    ofSequence = Dictionary(grouping: targets.indices) { targets[$0].sequence }
  }

  /// Pastes one onto an image, at a random place where it covers no more than a tenth of the box of the target. Nothing
  /// happens where there is none, or no place was found.
  /// - Throws: what reading the frame or its annotation throws.
  public func paste(
    onto image: inout Image, besides box: Box, of target: AnnotatedTarget,
    using generator: inout SeededGenerator
  ) throws {
    guard let (cut, mask) = try cutout(besides: target, using: &generator) else { return }
    let scale =
      max(box.width, box.height) * generator.uniform(Self.size) / Double(max(cut.width, cut.height))
    let height = Int((Double(cut.height) * scale).rounded()),
      width = Int((Double(cut.width) * scale).rounded())
    guard 1...2 * image.height ~= height, 1...2 * image.width ~= width else { return }
    for _ in 0..<10 {
      // Its middle lies within the image.
      let x = generator.integer(0..<image.width) - width / 2,
        y = generator.integer(0..<image.height) - height / 2
      let place = Box(x: Double(x), y: Double(y), width: Double(width), height: Double(height))
      if place.intersection(box).area <= Self.greatestCover * box.area {
        image.paste(
          cut.resized(height: height, width: width), mask.resized(height: height, width: width), x: x, y: y)
        return
      }
    }
  }

  /// An object's pixels in some frame, perhaps mirrored.
  private func cutout(
    besides target: AnnotatedTarget, using generator: inout SeededGenerator
  ) throws -> (Image, Mask)? {
    func others(_ indices: [Int]?) -> [Int] { (indices ?? []).filter { targets[$0].name != target.name } }
    var candidates = others(target.category.flatMap { ofCategory[$0] })
    if candidates.isEmpty { candidates = others(ofSequence[target.sequence]) }
    if candidates.isEmpty { candidates = others(Array(targets.indices)) }
    guard !candidates.isEmpty else { return nil }
    let other = targets[candidates[generator.integer(0..<candidates.count)]]
    guard !other.frames.isEmpty else { return nil }
    let frame = other.frames[generator.integer(0..<other.frames.count)]
    guard let mask = try other.mask(frame), let box = mask.boundingBox else { return nil }
    let (x, y, height, width) = (Int(box.x), Int(box.y), Int(box.height), Int(box.width))
    let image = try other.image(frame).cropped(x: x, y: y, height: height, width: width)
    let cut = mask.cropped(x: x, y: y, height: height, width: width)
    return generator.bool() ? (image.flippedHorizontally(), cut.flippedHorizontally()) : (image, cut)
  }
}
