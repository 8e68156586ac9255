import Datasets
import Foundation
import NN
import Vision

/// Reads one file, and tells what is wrong with how that went.
struct Trial {
  private(set) var isRead = false
  private(set) var seconds = 0.0
  /// What the reader said, or what is wrong.
  private(set) var message = ""
  private(set) var isFault = false

  /// A reader that takes longer, or more memory, gives way to whoever sends a file. A debug build under the sanitizer takes
  /// some four times as long as a release build.
  private static let mostSeconds = 4.0
  private static let mostBytes = 1 << 30

  init(_ format: Format, _ bytes: [UInt8], at url: URL) throws {
    if format.needsFile { try Data(bytes).write(to: url) }
    let before = Self.greatestResidentBytes
    let start = ContinuousClock.now
    do {
      try format.read(bytes, url)
      isRead = true
    } catch {
      message = "\(error)"
      let isTyped =
        error is ImageError || error is FlowFileError || error is CheckpointError || error is DatasetError
        || error is TrainingLogError
      if !isTyped { blame("an error of type \(type(of: error)): \(message)") }
      if message.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
        blame("an error of more than a line: \(message.debugDescription)")
      }
    }
    seconds = (ContinuousClock.now - start) / .seconds(1)
    if seconds > Self.mostSeconds { blame(String(format: "takes %.1f s", seconds)) }
    let growth = Self.greatestResidentBytes - before
    if growth > Self.mostBytes { blame("takes \(growth >> 20) MB") }
  }

  private mutating func blame(_ fault: String) { (isFault, message) = (true, fault) }

  private static var greatestResidentBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return 1024 * usage.ru_maxrss
  }
}
