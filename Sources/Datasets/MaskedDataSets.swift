import Foundation

/// The videos with masks of some data sets, to train on and to hold out: what a training's `--data`, given once for each set,
/// names.
public struct MaskedDataSets {
  /// What stands for the embedded videos instead of a folder.
  public static let synthetic = "synthetic"

  /// The sequences of each set.
  public let sets: [[any MaskAnnotated]]
  /// The same for the same places, from whatever folder a program runs.
  public let identity: String

  /// Opens folders in one of the layouts with masks; the word `synthetic` stands for embedded videos.
  /// - Throws: what `MaskLayout` throws.
  public init(_ places: [String], synthetic videos: SyntheticVideos) throws {
    sets = try places.map { place in
      if place == Self.synthetic { return videos.sequences }
      let folder = URL(filePath: place)
      return try MaskLayout(of: folder).open(folder).sequences
    }
    identity = places.map { $0 == Self.synthetic ? $0 : URL(filePath: $0).standardizedFileURL.path }
      .joined(separator: ",")
  }

  /// What is kept of each set, and what is held out of all: the sequences named, or else the last of each set, that share of
  /// it. Sets of which nothing is kept are left out.
  /// - Throws: `DatasetError.unknownSequence`, or `.nothingToTrainOn` where nothing is left on either side.
  public func holdingOut(_ names: [String]?, orLast share: Double) throws(DatasetError) -> (
    kept: [[any MaskAnnotated]], held: [any MaskAnnotated]
  ) {
    let names = names ?? sets.flatMap { $0.suffix(Int((share * Double($0.count)).rounded(.up))).map(\.name) }
    let held = try holdOut(names, of: sets.flatMap { $0 }) { $0.name }.held
    let kept = sets.map { $0.filter { !names.contains($0.name) } }.filter { !$0.isEmpty }
    guard !kept.isEmpty, !held.isEmpty else { throw .nothingToTrainOn }
    return (kept, held)
  }
}
