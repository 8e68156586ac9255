import Foundation
import Vision

/// Follows a target by its colours, wherever they are in it (Comaniciu et al., "Kernel-Based Object Tracking", TPAMI 2003):
/// the mean shift climbs to the place whose histogram, the middle counting most, resembles the target's in the first frame
/// most. Colours that its surroundings have too count less. Of three sizes the best is taken, smoothed over time.
public struct MeanShiftTracker: Tracker, Sendable {
  private var model: [Double] = []
  /// How much each colour counts, more the rarer it was around the target.
  private var weights: [Double] = []
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  // The paper's settings.
  private static let binBits = 4, sizeStep = 0.1, sizeRate = 0.1, steps = 20
  /// How large the surroundings are, in sizes of the target (the paper: three times its area).
  private static let surroundings = 1.75

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    let frame = frame.converted(to: .rgb)
    self.target = target.boundingBox.trackable(in: frame)
    var around = [Double](repeating: 0, count: 1 << (3 * Self.binBits))
    let inner = self.target
    visit(frame, inner.scaled(by: Self.surroundings)) { bin, x, y, _ in
      let inside = x >= inner.x && x < inner.maxX && y >= inner.y && y < inner.maxY
      if !inside { around[bin] += 1 }
    }
    let least = around.filter { $0 > 0 }.min() ?? 1
    weights = around.map { $0 > 0 ? least / $0 : 1 }
    model = histogram(frame, inner)
  }

  /// The target's box in the next frame, and how alike its histogram is.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard !model.isEmpty else { fatalError("MeanShiftTracker: a frame to track in before one to start on") }
    let frame = frame.converted(to: .rgb)
    let candidates = [1, 1 - Self.sizeStep, 1 + Self.sizeStep].map {
      climb(frame, from: target.scaled(by: $0))
    }
    let best = candidates.max { $0.likeness < $1.likeness }!
    let rate = Self.sizeRate
    target = Box(
      centerX: best.box.centerX, centerY: best.box.centerY,
      width: target.width * (1 - rate) + best.box.width * rate,
      height: target.height * (1 - rate) + best.box.height * rate
    ).trackable(in: frame)
    return TrackedTarget(.box(target), confidence: best.likeness)
  }

  private func climb(_ frame: Image, from start: Box) -> (box: Box, likeness: Double) {
    var box = start.trackable(in: frame)
    var found = histogram(frame, box)
    for _ in 0..<Self.steps {
      let pull = zip(model, found).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
      var (sum, sumX, sumY) = (0.0, 0.0, 0.0)
      visit(frame, box) { bin, x, y, kernel in
        guard kernel > 0 else { return }
        sum += pull[bin]
        sumX += pull[bin] * x
        sumY += pull[bin] * y
      }
      guard sum > 0 else { break }
      let moved = Box(centerX: sumX / sum, centerY: sumY / sum, width: box.width, height: box.height)
        .trackable(in: frame)
      let step = hypot(moved.centerX - box.centerX, moved.centerY - box.centerY)
      box = moved
      found = histogram(frame, box)
      if step < 0.5 { break }
    }
    return (box, min(zip(model, found).reduce(0) { $0 + ($1.0 * $1.1).squareRoot() }, 1))
  }

  /// The colours of a box, under Epanechnikov's kernel, of sum 1; all 0 where the box lies outside.
  private func histogram(_ frame: Image, _ box: Box) -> [Double] {
    var bins = [Double](repeating: 0, count: 1 << (3 * Self.binBits))
    visit(frame, box) { bin, _, _, kernel in bins[bin] += kernel * weights[bin] }
    let sum = bins.reduce(0, +)
    return sum > 0 ? bins.map { $0 / sum } : bins
  }

  /// Calls with each pixel of a box that is in the frame: its colour's bin, its middle, and the kernel there.
  private func visit(_ frame: Image, _ box: Box, _ body: (Int, Double, Double, Double) -> Void) {
    let part = box.clipped(height: frame.height, width: frame.width)
    let columns = Int(part.x)..<max(Int(part.maxX.rounded(.up)), Int(part.x))
    let rows = Int(part.y)..<max(Int(part.maxY.rounded(.up)), Int(part.y))
    let shift = 8 - Self.binBits
    frame.pixels.withUnsafeBufferPointer { pixels in
      for row in rows {
        let y = Double(row) + 0.5, v = 2 * (y - box.centerY) / box.height
        for column in columns {
          let x = Double(column) + 0.5, u = 2 * (x - box.centerX) / box.width
          let place = 3 * (row * frame.width + column)
          let bin =
            (Int(pixels[place] >> shift) << Self.binBits | Int(pixels[place + 1] >> shift)) << Self.binBits
            | Int(pixels[place + 2] >> shift)
          body(bin, x, y, max(1 - u * u - v * v, 0))
        }
      }
    }
  }
}
