import Datasets
import Foundation
import NN
import Vision

extension Format {
  static func boxes() -> Format {
    let files = ["1,2,3.5,4\n5,6,7,8\n\nnan,nan,nan,nan\n", "10\t20\t30\t40\r\n-1 2e1 3 4"]
    return Format(
      name: "boxes", samples: files.map(words),
      read: { _, url in _ = try BoxFile(contentsOf: url, origin: 1) }, needsFile: true)
  }

  static func vot() -> Format {
    let files = [
      "1\n1,2,3.5,4\n2\n0\nnan,nan,nan,nan\n1,1,1,5,5,5,5,1\n", "m10,20,4,3,1,2,1,4,4\nm0,0,1920,1080,7,9\n",
    ]
    return Format(
      name: "vot", samples: files.map(words),
      read: { _, url in
        let trajectory = try VOTTrajectory(contentsOf: url)
        for entry in trajectory.entries { _ = entry.region?.boundingBox }
        try trajectory.write(to: url)
        _ = try VOTTrajectory(contentsOf: url)
      }, needsFile: true)
  }

  static func nfs() -> Format {
    Format(
      name: "nfs",
      samples: [words("0 262 215 292 276 1 0 0 0 \"ball\"\n0 262 215 292 276 2 1 0 0 \"ball\"\n")],
      read: { _, url in _ = try NFSDataset.boxes(url) }, needsFile: true)
  }

  /// A JSON file of instances, beside an image of 8×10 pixels.
  static func instances(in folder: URL) throws -> Format {
    let image = folder.appending(path: "one.png")
    try Image(height: 8, width: 10).write(to: image)
    let coco = """
      {"images": [{"id": 7, "file_name": "one.png"}], "categories": [{"id": 3, "name": "d\\u00f6g"}], "annotations": [
      {"image_id": 7, "category_id": 3, "iscrowd": 0, "segmentation": [[1,1,3,1,3.5,3,1,3]]},
      {"image_id": 7, "category_id": 3, "segmentation": {"counts": [16, 8, 56], "size": [8, 10]}},
      {"image_id": 7, "category_id": 3, "segmentation": {"size": [8, 10], "counts": "h13O1O0n10"}}]}
      """
    let vis = """
      {"videos": [{"id": 1, "file_names": ["one.png"]}], "annotations": [{"video_id": 1, "segmentations":
      [null, {"size": [8, 10], "counts": [16, 8, 56]}]}]}
      """
    return Format(
      name: "instances", samples: [coco, vis].map(words),
      read: { _, url in
        for sequence in try COCODataset(images: folder, annotations: url).sequences {
          _ = try sequence.masks(0)
        }
      }, needsFile: true)
  }

  static func meta(in folder: URL) throws -> Format {
    let root = folder.appending(path: "youtube-vos")
    try FileManager.default.createDirectory(
      at: root.appending(path: "JPEGImages/a"), withIntermediateDirectories: true)
    let text = """
      {"videos": {"a": {"objects": {"1": {"category": "dog", "frames": ["00000", "00005"]}}}, "b": {"objects": {}}}}
      """
    return Format(
      name: "meta", samples: [words(text)],
      read: { bytes, _ in
        try Data(bytes).write(to: root.appending(path: "meta.json"))
        _ = try YouTubeVOSDataset(root: root)
      })
  }

  static func log() -> Format {
    let files = ["epoch,train_loss,val_j,seconds\n1,0.5,nan,12\n2,0.25,0.75,11\n"]
    return Format(
      name: "log", samples: files.map(words),
      read: { _, url in
        let log = try TrainingLog(contentsOf: url)
        for column in log.columns { _ = log.values(of: column) }
        try log.write(to: url)
        _ = try TrainingLog(contentsOf: url)
      }, needsFile: true)
  }

  /// A text's words, and the separators between them.
  static func words(_ text: String) -> [Part] {
    let separators = Set(", \t\r\n:[]{}\"".utf8)
    var parts: [Part] = []
    for byte in text.utf8 {
      let isSeparator = separators.contains(byte)
      if isSeparator || parts.isEmpty || separators.contains(parts.last![0]) {
        parts.append([byte])
      } else {
        parts[parts.count - 1].append(byte)
      }
    }
    return parts
  }
}
