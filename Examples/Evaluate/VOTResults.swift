import Datasets
import Evaluation
import Foundation
import NN
import Vision

/// What a VOT data set says of a sequence; its images need not all be there.
struct VOTTruth {
  let name: String
  let entries: [VOTRegion]
  /// The images' size; nil where nothing tells.
  let size: (height: Int, width: Int)?
  /// The frames at which VOT 2020 starts trackers, and whether it then goes forwards.
  let anchors: [VOTAnchor]

  init(_ name: String, of dataset: VOTDataset) throws {
    self.name = name
    size = try dataset.imageSize(of: name)
    do {
      let sequence = try dataset.sequence(name)
      (entries, anchors) = (sequence.truth, sequence.anchors)
    } catch {
      // Without all its images the annotation may still be whole.
      let folder = dataset.root.appending(path: name)
      let file = folder.appending(path: "groundtruth.txt")
      guard FileManager.default.fileExists(atPath: file.path) else { throw error }
      entries = try VOTTrajectory(contentsOf: file).entries
      let values = try? TextFile(folder.appending(path: "anchor.value")).lines.map { Double($0) ?? 0 }
      anchors = VOTAnchor.anchors((values ?? []).prefix(entries.count))
    }
  }

  /// A tracker's runs by the reset protocol; none where there is no file.
  func resetRuns(in folder: URL, experiment: String) throws -> [VOTResetRun] {
    try resetFiles(in: folder, experiment).map { file in
      VOTResetRun(try Self.entries(of: file, count: entries.count), truth: entries, size: size)
    }
  }

  /// Has a tracker's first run by the reset protocol beside the truth in the pictures.
  func show(in report: inout Report, of tracker: String, in folder: URL, experiment: String) throws {
    guard let file = try resetFiles(in: folder, experiment).first else { return }
    report.show(
      name, frameCount: entries.count,
      { frame in
        let found = try VOTTrajectory(contentsOf: file).entries
        return frame < found.count ? found[frame].region : nil
      }, of: tracker, truth: { entries[$0].region })
  }

  private func resetFiles(in folder: URL, _ experiment: String) throws -> [URL] {
    try Self.files(in: folder, experiment, sequence: name) { suffix in
      suffix.isEmpty || suffix.count == 3 && Int(suffix) != nil
    }
  }

  /// A tracker's runs from the anchors; none where a file lacks.
  func multiStartRuns(in folder: URL, experiment: String) throws -> [VOTMultiStartRun] {
    let runs = try anchors.map { anchor in
      let order = anchor.frames(of: entries.count)
      let files = try Self.files(in: folder, experiment, sequence: name) {
        Int($0) == anchor.frame && $0.count == 8
      }
      return try files.first.map { file in
        VOTMultiStartRun(
          try Self.entries(of: file, count: order.count), truth: order.map { entries[$0] }, size: size)
      }
    }
    return runs.contains { $0 == nil } ? [] : runs.compactMap { $0 }
  }

  /// The files `SEQUENCE_SUFFIX.txt` or `.bin`, and `SEQUENCE.txt`, of the first of the folders where a toolkit may have put
  /// them that holds some.
  private static func files(
    in folder: URL, _ experiment: String, sequence: String, _ isWanted: (_ suffix: Substring) -> Bool
  ) throws -> [URL] {
    for path in ["\(experiment)/\(sequence)", sequence, experiment, "."] {
      let place = folder.appending(path: path)
      guard Folder.isFolder(place) else { continue }
      let files = try Folder.list(place) { file in
        let name = file.deletingPathExtension().lastPathComponent
        guard ["txt", "bin"].contains(file.pathExtension), name.hasPrefix(sequence) else { return false }
        let rest = name.dropFirst(sequence.count)
        return rest.isEmpty ? isWanted("") : rest.first == "_" && isWanted(rest.dropFirst())
      }
      if !files.isEmpty { return files }
    }
    return []
  }

  private static func entries(of file: URL, count: Int) throws -> [VOTRegion] {
    let entries = try VOTTrajectory(contentsOf: file).entries
    if entries.count < count {
      Program.warn("\(file.path): \(entries.count) entries for \(count) frames: the rest counts as unknown")
    }
    return Array(entries.prefix(count)) + Array(repeating: .unknown, count: max(0, count - entries.count))
  }
}
