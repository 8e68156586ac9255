import Foundation
import Vision

/// A folder in the layout of LaSOT (Fan et al., CVPR 2019): frames in `CLASS/SEQUENCE/img/*.jpg`, the target's boxes in
/// `CLASS/SEQUENCE/groundtruth.txt`, one a line, and whether it is hidden or outside in `full_occlusion.txt` and
/// `out_of_view.txt`, 0 or 1 for each frame. Sequences may also lie in the data set's folder itself.
public struct LaSOTDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names, such as `airplane-1`.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<URL>

  /// Lists a data set: the sequences that a file names, such as `testing_set.txt`, or all.
  /// - Throws: `DatasetError`.
  public init(root: URL, list: URL? = nil) throws {
    self.root = root
    func isSequence(_ folder: URL) -> Bool { Folder.exists(folder.appending(path: "groundtruth.txt")) }
    let found = try Folder.list(root, where: Folder.isFolder).flatMap {
      isSequence($0) ? [$0] : (try? Folder.list($0, where: isSequence)) ?? [$0]
    }
    guard !found.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "CLASS/SEQUENCE/groundtruth.txt")
    }
    let all = Catalog(found.map { ($0.lastPathComponent, $0) })
    catalog =
      try list.map { file in
        Catalog(try Folder.names(in: file, among: all.names).map { ($0, try all[$0]) })
      } ?? all
  }

  /// Opens a sequence.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> LaSOTSequence { try LaSOTSequence(catalog[name]) }
}

/// One sequence of LaSOT.
public struct LaSOTSequence: BoxAnnotated, FolderSequence {
  /// The folder's name.
  public let name: String
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a line in the file of boxes, from the first on.
  public let annotatedFrames: [Int]
  private let boxes: [Box?]
  private let isAbsent: [Bool]

  init(_ folder: URL) throws {
    name = folder.lastPathComponent
    frames = try FrameFolder(folder.appending(path: "img"))
    let truth = folder.appending(path: "groundtruth.txt")
    boxes = try BoxFile(contentsOf: truth).boxes
    if boxes.count > frames.frameCount { try frames.check(boxes.count, linesOf: truth) }
    annotatedFrames = Array(boxes.indices)
    isAbsent = try AbsenceFlags(beside: truth, count: boxes.count)?.isAbsent ?? boxes.map { _ in false }
  }

  /// The target's box in a frame; nil where it is hidden or outside, or the frame has no line.
  public func region(_ frame: Int) -> Region? {
    boxes.indices.contains(frame) && !isAbsent[frame] ? boxes[frame].map { .box($0) } : nil
  }
}

/// LaSOT's flags for a sequence's frames.
package struct AbsenceFlags {
  /// Whether each frame's target is hidden or outside.
  package let isAbsent: [Bool]

  /// Reads `full_occlusion.txt` and `out_of_view.txt` beside a sequence's `groundtruth.txt`, or `absent/SEQUENCE.txt` beside
  /// `SEQUENCE.txt`, as LaSOT's toolkit has it; nil where there is none of them.
  /// - Throws: `DatasetError`; where a file has flags for another number of frames.
  package init?(beside truth: URL, count: Int) throws {
    let folder = truth.deletingLastPathComponent()
    let names = ["full_occlusion.txt", "out_of_view.txt", "absent/\(truth.lastPathComponent)"]
    let files = names.map { folder.appending(path: $0) }.filter(Folder.exists)
    if files.isEmpty { return nil }
    isAbsent = try files.reduce([Bool](repeating: false, count: count)) { isAbsent, file in
      // On one line, or one a line.
      let flags = try TextFile(file).rows("zeros and ones") { _ in true }.joined()
      guard flags.count == count else {
        throw DatasetError.inaccessible(path: file.path, reason: "\(flags.count) flags for \(count) frames")
      }
      return zip(isAbsent, flags).map { $0 || $1 != 0 }
    }
  }
}
