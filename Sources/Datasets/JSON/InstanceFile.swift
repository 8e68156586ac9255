import Foundation
import Vision

/// A JSON file of instances, COCO's or YouTube-VIS's: what is needed to find each one's pixels, which are read when they are
/// asked for.
struct InstanceFile: Sendable {
  /// An image, or a video.
  struct Video: Sendable {
    var id = 0
    /// The frames' files; one of an image.
    var files: [String] = []
    var height = 0
    var width = 0
  }

  /// An instance of an image or a video.
  struct Instance: Sendable {
    var video = 0
    var category = 0
    /// Many instances that nobody told apart.
    var isCrowd = false
    /// Where its pixels in each frame stand; nil where it isn't seen.
    var segmentations: [Range<Int>?] = []
  }

  private(set) var videos: [Video] = []
  /// By video.
  private(set) var instances: [Int: [Instance]] = [:]
  private(set) var categories: [Int: String] = [:]
  /// Whether there are instances at all; files to be tested on have none.
  private(set) var isAnnotated = false
  private var file: JSONFile

  var path: String { file.url.path }

  /// - Throws: `DatasetError`.
  init(_ url: URL) throws {
    file = try JSONFile(url)
    self = try file.read { cursor in
      var result = self
      try cursor.members { key, cursor in
        switch key {
        case "images", "videos": try cursor.elements { result.videos.append(try Self.video(&$0)) }
        case "annotations":
          if try cursor.isNull() { return }
          result.isAnnotated = true
          try cursor.elements { cursor in
            let instance = try Self.instance(&cursor)
            result.instances[instance.video, default: []].append(instance)
          }
        case "categories":
          try cursor.elements { cursor in
            let (id, name) = try Self.category(&cursor)
            result.categories[id] = name
          }
        default: break
        }
      }
      return result
    }
  }

  /// The numbered instances of a frame as a label map.
  /// - Throws: `DatasetError`.
  func masks(_ instances: [Instance], frame: Int, height: Int, width: Int) throws -> IndexedImage {
    var labels = [UInt8](repeating: 0, count: height * width)
    // The first of two that are marked stays.
    for (index, instance) in instances.enumerated().reversed() {
      guard instance.segmentations.indices.contains(frame), let range = instance.segmentations[frame] else {
        continue
      }
      let mask = try file.read(range) { cursor in
        guard let mask = try Segmentation(&cursor).mask(height: height, width: width) else {
          throw cursor.failure("no mask of \(height)×\(width) pixels, as the frame is, before this")
        }
        return mask
      }
      for (pixel, value) in mask.values.enumerated() where value != 0 { labels[pixel] = UInt8(index + 1) }
    }
    return IndexedImage(height: height, width: width, indices: labels)
  }

  private static func video(_ cursor: inout JSONCursor) throws -> Video {
    var video = Video()
    try cursor.members { key, cursor in
      switch key {
      case "id": video.id = try cursor.integer()
      case "file_name": video.files = [try cursor.string()]
      case "file_names": try cursor.elements { video.files.append(try $0.string()) }
      case "height": video.height = try cursor.integer()
      case "width": video.width = try cursor.integer()
      default: break
      }
    }
    return video
  }

  private static func instance(_ cursor: inout JSONCursor) throws -> Instance {
    var instance = Instance()
    try cursor.members { key, cursor in
      switch key {
      case "image_id", "video_id": instance.video = try cursor.integer()
      case "category_id": instance.category = try cursor.integer()
      case "iscrowd": instance.isCrowd = try cursor.integer() != 0
      case "segmentation": instance.segmentations = [try cursor.isNull() ? nil : try cursor.skip()]
      case "segmentations":
        try cursor.elements { cursor in
          instance.segmentations.append(try cursor.isNull() ? nil : try cursor.skip())
        }
      default: break
      }
    }
    return instance
  }

  private static func category(_ cursor: inout JSONCursor) throws -> (Int, String) {
    var (id, name) = (0, "")
    try cursor.members { key, cursor in
      switch key {
      case "id": id = try cursor.integer()
      case "name": name = try cursor.string()
      default: break
      }
    }
    return (id, name)
  }
}
