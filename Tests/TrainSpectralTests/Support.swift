import Foundation
import TestSupport
import Vision

/// Whether this build can write and read the files of a DAVIS folder.
let hasCodecs = ImageFormat.allCases.allSatisfy(\.isBuiltIn)

extension Workplace {
  convenience init() throws { try self.init(for: "TrainSpectral") }

  /// Four sequences `a` to `d` of four frames in which a box moves, and the masks of four methods: the first right, the
  /// others further and further beside it.
  func writeData() throws {
    let (width, height) = (48, 32)
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      for frame in 0..<4 {
        let box = Box(x: Double(4 + 4 * frame + 3 * index), y: 8, width: 16, height: 14)
        let mask = Mask(box, height: height, width: width)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        try Image(height: height, width: width, channels: 3, pixels: pixels)
          .write(to: file("data/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: file("data/Annotations/480p/\(name)/0000\(frame).png"))
        for method in 0..<4 {
          let shift = Double(2 * method * (frame % 2 == 0 ? 1 : -1))
          let moved = Box(x: box.x + shift, y: box.y + Double(method), width: box.width, height: box.height)
          try Mask(moved, height: height, width: width).image
            .write(to: file("masks/m\(4 - method)/\(name)/0000\(frame).png"))
        }
      }
    }
  }

  /// Runs with results in `out`; sends SIGINT once standard error holds a text.
  func study(_ options: [String], interruptAt text: String? = nil) throws -> Outcome {
    try run(["--output", "out"] + options, interruptAt: text)
  }
}
