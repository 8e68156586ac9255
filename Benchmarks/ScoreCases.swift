import Evaluation
import Foundation
import Tensor
import Vision

/// J and F of 32 frames of 480×854, on all CPUs: of masks in memory, and of PNG files in memory.
func scoreBenchmarks() -> [Benchmark] {
  let count = 32
  /// A body with a wavy outline, which moves.
  func mask(_ frame: Int, _ offset: Double) -> IndexedImage {
    let outline = (0..<720).map { step in
      let angle = Double(step) * .pi / 360
      let radius = 130 + 12 * sin(9 * angle) + offset * sin(4 * angle)
      return Point(280 + 8 * Double(frame) + 1.4 * radius * cos(angle), 240 + radius * sin(angle))
    }
    let mask = Mask(Outline.polygon(outline), height: 480, width: 854)
    return IndexedImage(height: 480, width: 854, indices: mask.values)
  }
  let pairs = { (0..<count).map { (found: mask($0, 6), truth: mask($0, 0)) } }
  func milliseconds(_ score: @Sendable (Int) throws -> MaskScore) -> Double {
    medianMilliseconds { _ = try! concurrentMap(count, score) }
  }
  return [
    Benchmark("davis.scores.480x854", unit: .milliseconds, hasPeer: true) {
      let pairs = pairs()
      return milliseconds { MaskScore(pairs[$0].found, pairs[$0].truth, label: nil) }
    },
    Benchmark("davis.files.480x854", unit: .milliseconds, hasPeer: true) {
      let files = try pairs().map { (found: try $0.found.encoded(), truth: try $0.truth.encoded()) }
      return milliseconds {
        try MaskScore(
          IndexedImage(encoded: files[$0].found), IndexedImage(encoded: files[$0].truth), label: nil)
      }
    },
  ]
}
