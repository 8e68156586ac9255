import Foundation
import Tensor
import Vision

/// The windows of some sequences: each object in each annotated frame that all trackers have followed it to is the end of
/// one (SFTrack++, phases 2 and 3).
///
/// All frames of a window are seen through one view of the target, around the median of the trackers' boxes in its last
/// frame. In front of a sequence its first frame is repeated.
public struct TrackedWindows: Sendable {
  /// The number of windows.
  public var count: Int { entries.count }

  private let sequences: [any MaskAnnotated]
  private let trackerBoxes: TrackerBoxes
  private let entries: [(sequence: Int, object: Int, frame: Int)]
  private let length: Int
  private let view: @Sendable (Box) -> TargetSurroundings

  /// Lists the windows of sequences.
  /// - Parameters:
  ///   - sequences: the videos, whose objects are taken one by one.
  ///   - trackerBoxes: what the trackers say of them.
  ///   - length: the frames of a window.
  ///   - frameStep: annotated frames from one window of an object to its next.
  ///   - view: what is seen around a target; of one size for all.
  /// - Throws: what reading the sequences' objects throws.
  public init(
    _ sequences: [any MaskAnnotated], trackerBoxes: TrackerBoxes, length: Int, frameStep: Int = 1,
    view: @escaping @Sendable (Box) -> TargetSurroundings
  ) throws {
    require(length > 0, "TrackedWindows: windows of \(length) frames")
    (self.sequences, self.trackerBoxes, self.length, self.view) = (sequences, trackerBoxes, length, view)
    entries = try sequences.enumerated().flatMap { index, sequence in
      let annotated = sequence.annotatedFrames
      return try sequence.objects.flatMap { object in
        stride(from: 0, to: annotated.count, by: frameStep).map { annotated[$0] }
          .filter {
            Self.target(trackerBoxes.boxes(sequence: sequence.name, object: object, frame: $0)) != nil
          }
          .map { (index, object, $0) }
      }
    }
  }

  /// Where trackers see an object; nil where none does.
  private static func target(_ boxes: [Box?]) -> Box? {
    Box.median(of: boxes.compactMap { $0 }.filter { !$0.isEmpty })
  }

  /// The sequence's name, object and frame that a window ends with.
  public func source(of index: Int) -> (sequence: String, object: Int, frame: Int) {
    let entry = entries[index]
    return (sequences[entry.sequence].name, entry.object, entry.frame)
  }

  /// A window.
  /// - Throws: what reading the frames or the annotation throws.
  public func window(_ index: Int) throws -> TrackedWindow {
    let entry = entries[index], sequence = sequences[entry.sequence]
    func boxes(_ frame: Int) -> [Box?] {
      trackerBoxes.boxes(sequence: sequence.name, object: entry.object, frame: frame)
    }
    let view = view(Self.target(boxes(entry.frame))!)
    let frames = (entry.frame - length + 1...entry.frame).map { max($0, 0) }
    let truth = try sequence.mask(entry.frame, object: entry.object)
    return TrackedWindow(
      images: try frames.map { view.of(try sequence.image($0)) },
      boxes: frames.map { boxes($0).map { $0.map(view.place) } },
      truth: truth.map(view.of) ?? Mask(height: view.height, width: view.width))
  }
}
