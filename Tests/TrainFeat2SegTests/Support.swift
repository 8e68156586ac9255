import Foundation
import TestSupport
import Vision

/// Whether this build can write and read the files of a DAVIS folder.
let hasCodecs = ImageFormat.allCases.allSatisfy(\.isBuiltIn)

extension Workplace {
  convenience init() throws { try self.init(for: "TrainFeat2Seg") }

  /// Two sequences of three frames, `a` and `b`, in which a bright box moves.
  func writeData() throws {
    let (width, height) = (48, 16)
    for (name, top) in [("a", 3.0), ("b", 6.0)] {
      for frame in 0..<3 {
        let mask = Mask(
          Box(x: Double(6 + 8 * frame), y: top, width: 14, height: 8), height: height, width: width)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        try Image(height: height, width: width, channels: 3, pixels: pixels)
          .write(to: file("data/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: file("data/Annotations/480p/\(name)/0000\(frame).png"))
      }
    }
  }

  /// Trains on `data` with results in `output`, both inside the folder; sends SIGINT once standard error holds a text, and
  /// SIGKILL once it is time.
  func train(
    data: String = "data", output: String = "out", _ options: [String] = [], processes: Int? = nil,
    interruptAt text: String? = nil, killWhen isTime: (() -> Bool)? = nil
  ) throws -> Outcome {
    // Given, so that the tests do not depend on what the defaults happen to be; the last of a kind holds.
    try run(
      ["--data", data, "--output", output, "--loss", "bce", "--batch", "1", "--seed", "1"]
        + ["--learning-rate", "0.003", "--epochs", "2"] + options, processes: processes, interruptAt: text,
      killWhen: isTime)
  }
}
