import Foundation
import Tensor
import Vision

/// Tracks a target by `NanoTrack`: in each frame it looks around where the target was, takes the place that scores best
/// once sudden changes of size and proportions, and places far from the middle, are held against it, and lets the size
/// follow the more the surer it is.
///
/// Settings are those of SiamTrackers' NanoTrack, version 2, but for the window: a half wave of the sine along each axis,
/// which is the root of their Hann window and what OpenCV's TrackerNano has.
public struct NanoTracker: Tracker, Sendable {
  private let network: NanoTrack
  private var template: NanoTrack.Template?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)
  private var background = Color.black

  // How much of the surroundings the template shows, the penalty of changes, the weight of the window, and how fast the
  // size follows.
  private static let context = 0.5, penalty = 0.15, windowWeight = 0.49, sizeRate = 0.385
  /// The smallest side of a target, in pixels.
  private static let smallest = 10.0

  /// A tracker by the weights that a network has now.
  public init(_ network: NanoTrack) { self.network = network.folded() }

  /// Starts on the box around the target, which is given a pixel at least.
  public mutating func start(_ frame: Image, on target: Region) {
    let image = frame.converted(to: .rgb)
    let box = target.boundingBox
    self.target = Box(
      centerX: box.centerX, centerY: box.centerY, width: max(box.width, 1), height: max(box.height, 1))
    background = image.meanColor
    template = network.template(
      crop(image, side: Self.contextSide(self.target).rounded(), to: NanoTrack.templateSize))
  }

  /// The target's box in the next frame, and how sure the network is of it.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard let template else { fatalError("NanoTracker: a frame to track in before one to start on") }
    let image = frame.converted(to: .rgb)
    let side = Self.contextSide(target)
    let scale = Double(NanoTrack.templateSize) / side
    let region = side * Double(NanoTrack.searchSize) / Double(NanoTrack.templateSize)
    let (logits, sides) = network(
      crop(image, side: region.rounded(), to: NanoTrack.searchSize), template)
    let best = best(logits.softmax().array(of: Double.self), sides.array(of: Double.self), scale: scale)

    let rate = best.rate
    let width = target.width * (1 - rate) + best.box.width / scale * rate
    let height = target.height * (1 - rate) + best.box.height / scale * rate
    target = Box(
      centerX: min(max(target.centerX + best.box.centerX / scale, 0.5), Double(image.width)),
      centerY: min(max(target.centerY + best.box.centerY / scale, 0.5), Double(image.height)),
      width: min(max(width, Self.smallest), Double(image.width)),
      height: min(max(height, Self.smallest), Double(image.height)))
    // The network was taught to measure from the middles of pixels, and its boxes are laid around these.
    let box = Box(
      x: target.x - 0.5, y: target.y - 0.5, width: target.width, height: target.height)
    return TrackedTarget(.box(box), confidence: best.confidence)
  }

  private struct Candidate {
    /// In pixels of the search region, its middle at the origin.
    var box: Box
    var confidence: Double
    /// How far the size goes towards the candidate's.
    var rate: Double
  }

  private func best(_ probabilities: [Double], _ sides: [Double], scale: Double) -> Candidate {
    let count = Int(Double(probabilities.count / 2).squareRoot())
    let window = (0..<count).map { sin(.pi * Double($0) / Double(count - 1)) }
    let extent = Self.contextSide(target) * scale
    let proportion = target.width / target.height
    var best = Candidate(box: target, confidence: 0, rate: 0)
    var bestScore = -Double.infinity
    for index in 0..<count * count {
      let (x, y) = (index % count, index / count)
      let (pointX, pointY) = (
        Double((x - count / 2) * NanoTrack.stride), Double((y - count / 2) * NanoTrack.stride)
      )
      let box = Box(
        x: pointX - sides[4 * index], y: pointY - sides[4 * index + 1],
        width: sides[4 * index] + sides[4 * index + 2], height: sides[4 * index + 1] + sides[4 * index + 3])
      let change = ratio(Self.contextSide(box), extent) * ratio(box.width / box.height, proportion)
      let penalty = exp(Self.penalty * (1 - change))
      let probability = probabilities[2 * index + 1]
      let score = penalty * probability * (1 - Self.windowWeight) + window[x] * window[y] * Self.windowWeight
      if score > bestScore {
        bestScore = score
        best = Candidate(box: box, confidence: probability, rate: penalty * probability * Self.sizeRate)
      }
    }
    return best
  }

  private func ratio(_ a: Double, _ b: Double) -> Double { max(a / b, b / a) }

  /// The side of the square that shows a target with its surroundings.
  private static func contextSide(_ box: Box) -> Double {
    let margin = context * (box.width + box.height)
    return ((box.width + margin) * (box.height + margin)).squareRoot()
  }

  /// A square around the target, `[1, size, size, 3]`, BGR, 0…255; the frame's mean colour lies outside the frame.
  private func crop(_ image: Image, side: Double, to size: Int) -> Tensor {
    let pixels = max(1, Int(side))
    let corner = (target.centerX - Double(pixels) / 2, target.centerY - Double(pixels) / 2)
    let patch = image.cropped(
      x: Int((corner.0).rounded()), y: Int((corner.1).rounded()), height: pixels, width: pixels,
      fill: background
    ).resized(height: size, width: size, interpolation: .linear)
    var samples = patch.pixels
    samples.withUnsafeMutableBufferPointer { samples in
      for red in Swift.stride(from: 0, to: samples.count, by: 3) { samples.swapAt(red, red + 2) }
    }
    return Tensor(samples, shape: [1, size, size, 3]).to(.float32)
  }
}

extension Image {
  /// The mean of an RGB image's colours.
  fileprivate var meanColor: Color {
    var sums = (0, 0, 0)
    pixels.withUnsafeBufferPointer { pixels in
      for i in Swift.stride(from: 0, to: pixels.count, by: 3) {
        sums.0 += Int(pixels[i])
        sums.1 += Int(pixels[i + 1])
        sums.2 += Int(pixels[i + 2])
      }
    }
    let count = width * height
    return Color(UInt8(sums.0 / count), UInt8(sums.1 / count), UInt8(sums.2 / count))
  }
}
