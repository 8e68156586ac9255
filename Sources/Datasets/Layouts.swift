import Foundation

/// A data set of whichever layout: the sequences' names, and what opens each.
public struct OpenDataset<Video>: Sendable {
  /// The sequences' names, in order.
  public let names: [String]
  private let open: @Sendable (String) throws -> Video

  fileprivate init(_ dataset: some VideoDataset, open: @escaping @Sendable (String) throws -> Video) {
    (names, self.open) = (dataset.names, open)
  }

  /// Opens the sequence of a name.
  /// - Throws: `DatasetError`; `unknownSequence` where there is none.
  public func sequence(_ name: String) throws -> Video { try open(name) }

  /// All sequences, in order.
  /// - Throws: what opening the first damaged one throws.
  public var sequences: [Video] { get throws { try names.map(open) } }
}

/// The layouts of data sets whose objects have masks.
public enum MaskLayout: String, Sendable, CaseIterable {
  /// That of the data set of this name: ``DAVISDataset``, ``YouTubeVOSDataset``, ``YouTubeVISDataset``,
  /// ``SegTrackDataset``, ``COCODataset``.
  case davis, youtubeVOS, youtubeVIS, segTrack, coco

  /// The layout that a folder is in.
  /// - Throws: `DatasetError`; `emptyFolder` where it is none of these.
  public init(of root: URL) throws {
    guard Folder.isFolder(root) else { throw DatasetError.missingFolder(path: root.path) }
    func has(_ path: String) -> Bool { Folder.exists(root.appending(path: path)) }
    if has("JPEGImages/480p") {
      self = .davis
    } else if has("JPEGImages") && has("instances.json") {
      self = .youtubeVIS
    } else if has("JPEGImages") && has("GroundTruth") {
      self = .segTrack
    } else if has("JPEGImages") && has("Annotations") {
      self = .youtubeVOS
    } else if has("annotations") {
      self = .coco
    } else {
      throw DatasetError.emptyFolder(
        path: root.path, wanted: "data set in the layout of DAVIS, YouTube-VOS, YouTube-VIS, SegTrack or COCO"
      )
    }
  }

  /// The sequences of a folder.
  /// - Throws: `DatasetError`.
  public func open(_ root: URL) throws -> OpenDataset<any MaskAnnotated & FolderSequence> {
    func opened(_ dataset: some VideoDataset<some MaskAnnotated & FolderSequence>) -> OpenDataset<
      any MaskAnnotated & FolderSequence
    > {
      OpenDataset(dataset) { try dataset.sequence($0) }
    }
    return switch self {
    case .davis: opened(try DAVISDataset(root: root))
    case .youtubeVOS: opened(try YouTubeVOSDataset(root: root))
    case .youtubeVIS: opened(try YouTubeVISDataset(root: root))
    case .segTrack: opened(try SegTrackDataset(root: root))
    case .coco: opened(try COCODataset(root: root))
    }
  }
}

/// The layouts of data sets that have the place of one target.
public enum BoxLayout: String, Sendable, CaseIterable {
  /// That of the data set of this name: ``OTBDataset``, ``UAV123Dataset`` (also of UAV20L), ``NFSDataset``,
  /// ``GOT10kDataset``, ``TrackingNetDataset``, ``LaSOTDataset``, ``VOTDataset``.
  case otb, uav123, uav20l, nfs, got10k, trackingnet, lasot, vot

  /// The layout that a folder is in.
  /// - Throws: `DatasetError`; `emptyFolder` where it is none of these.
  public init(of root: URL) throws {
    func has(_ path: String) -> Bool { Folder.exists(root.appending(path: path)) }
    let folders = try Folder.list(root, where: Folder.isFolder)
    func have(_ path: String) -> Bool { folders.contains { Folder.exists($0.appending(path: path)) } }
    if has("data_seq") {
      self = has("anno/UAV123") ? .uav123 : .uav20l
    } else if has("anno") && has("frames") {
      self = .trackingnet
    } else if have("30") || have("240") {
      self = .nfs
    } else if have("img") {
      self = have("groundtruth.txt") ? .lasot : .otb
    } else if have("groundtruth.txt") || has("list.txt") {
      // A few folders tell: of GOT-10k there are thousands.
      let labels = ["absence.label", "cover.label", "cut_by_image.label"]
      let isVOT =
        try have("color") || have("sequence")
        || folders.prefix(8).contains { folder in
          try !Folder.list(folder) {
            $0.pathExtension == "tag" || $0.pathExtension == "label" && !labels.contains($0.lastPathComponent)
          }.isEmpty
        }
      self = isVOT ? .vot : .got10k
    } else if try folders.contains(where: {
      try !Folder.list($0) { Folder.isFolder($0.appending(path: "img")) }.isEmpty
    }) {
      self = .lasot
    } else {
      throw DatasetError.emptyFolder(
        path: root.path,
        wanted: "data set in the layout of OTB, UAV123, NFS, GOT-10k, TrackingNet, LaSOT or VOT")
    }
  }

  /// The sequences of a folder; of NFS those of 30 frames a second.
  /// - Throws: `DatasetError`.
  public func open(_ root: URL) throws -> OpenDataset<any BoxAnnotated> {
    func opened(_ dataset: some VideoDataset<some BoxAnnotated>) -> OpenDataset<any BoxAnnotated> {
      OpenDataset(dataset) { try dataset.sequence($0) }
    }
    return switch self {
    case .otb: opened(try OTBDataset(root: root))
    case .uav123: opened(try UAV123Dataset(root: root))
    case .uav20l: opened(try UAV123Dataset(root: root, edition: .uav20L))
    case .nfs: opened(try NFSDataset(root: root))
    case .got10k: opened(try GOT10kDataset(root: root))
    case .trackingnet: opened(try TrackingNetDataset(root: root))
    case .lasot: opened(try LaSOTDataset(root: root))
    case .vot: opened(try VOTDataset(root: root))
    }
  }
}
