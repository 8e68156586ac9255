import Datasets
import Foundation
import NN

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
    var parts: [Part] = []
    for byte in text.utf8 {
      let isSeparator = ", \t\r\n".utf8.contains(byte)
      if isSeparator || parts.isEmpty || ", \t\r\n".utf8.contains(parts.last![0]) {
        parts.append([byte])
      } else {
        parts[parts.count - 1].append(byte)
      }
    }
    return parts
  }
}
