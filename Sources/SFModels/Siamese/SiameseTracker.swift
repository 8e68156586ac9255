import Datasets
import Foundation
import Tensor
import Vision

/// Tracks a target by a Siamese network: what it keeps of the first frame's exemplar is computed once; in each frame it looks
/// around where the target was, and takes the anchor that scores best once sudden changes of size and proportions, and places
/// far from the middle, are held against it (Li et al., CVPR 2018). The size follows the more the surer it is.
public struct SiameseTracker<Network: SiameseNetwork>: Tracker, Sendable {
  private let network: Network
  private let coding: BoxCoding
  private let settings: SiameseTracking
  private var first: First?
  private var learned: LearnedTarget?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  /// What stays of the first frame.
  private struct First {
    let template: Network.Template
    let fill: Color
    let searchSize: Int
    let anchors: Anchors
    let window: [Double]
    let smallest: (width: Double, height: Double)
  }

  /// A tracker by the weights that a network has now, which tells boxes in that coding.
  public init(_ network: Network, coding: BoxCoding, settings: SiameseTracking = SiameseTracking()) {
    (self.network, self.coding, self.settings) = (network.folded(), coding, settings)
  }

  /// Starts on the box around the target, which is given a pixel at least.
  public mutating func start(_ frame: Image, on target: Region) {
    let image = frame.converted(to: .rgb), fill = image.meanColor, crops = network.crops
    let box = target.boundingBox.trackable(in: frame)
    self.target = box
    let window = crops.exemplarWindow(box), size = crops.exemplarSize
    let template = network.template(
      network.pixels(image.crop(window, size: size, fill: fill).tensor().expandingAxis(0)),
      masks: network.mask(box.seen(in: window, size: size), size: size))
    let anchors = network.anchors
    let first = First(
      template: template, fill: fill, searchSize: crops.searchSize, anchors: anchors,
      window: anchors.cosineWindow(searchSize: crops.searchSize),
      smallest: (min(box.width, settings.smallest), min(box.height, settings.smallest)))
    (self.first, learned) = (first, nil)
    if settings.learns { learned = LearnedTarget(image, box, told: found(in: image, first)?.box) }
  }

  /// The target's box in the next frame, and how sure the network is of it.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard let first else { fatalError("SiameseTracker: a frame to track in before one to start on") }
    let image = frame.converted(to: .rgb)
    guard let candidate = found(in: image, first) else { return TrackedTarget(.box(target), confidence: 0) }

    let found = learned?.corrected(candidate.box) ?? candidate.box
    let rate = settings.sizeRate * candidate.rate
    let width = target.width + rate * (found.width - target.width)
    let height = target.height + rate * (found.height - target.height)
    let before = target
    target = Box(
      centerX: min(max(found.centerX, 0), Double(image.width)),
      centerY: min(max(found.centerY, 0), Double(image.height)),
      width: min(max(width, first.smallest.width), Double(image.width)),
      height: min(max(height, first.smallest.height), Double(image.height)))
    if let followed = learned?.follow(image, target, before: before) { target = followed }
    return TrackedTarget(.box(target), confidence: candidate.confidence)
  }

  private struct Candidate {
    /// In the frame.
    var box: Box
    var confidence: Double
    /// How surely it is of this size.
    var rate: Double
  }

  /// What scores best around where the target was; nil where the network's answers are no boxes.
  private func found(in image: Image, _ first: First) -> Candidate? {
    let window = network.crops.searchWindow(target), size = first.searchSize
    let before = target.seen(in: window, size: size)
    let prediction = network(
      network.pixels(image.crop(window, size: size, fill: first.fill).tensor().expandingAxis(0)),
      guides: network.mask(settings.usesGuide ? before : nil, size: size), first.template)
    let probabilities = prediction.logits.softmax().array(of: Double.self)
    let offsets = prediction.offsets.array(of: Double.self)
    let response = learned?.response(image, around: target)

    let extent = before.square(context: 0.5).width, proportion = before.width / before.height
    var best: Candidate?
    var bestScore = -Double.infinity
    for (index, anchor) in first.anchors.boxes.enumerated() {
      let code = SIMD4(
        offsets[4 * index], offsets[4 * index + 1], offsets[4 * index + 2], offsets[4 * index + 3])
      let seen = coding.box(of: code, from: anchor)
      guard seen.isFollowable else { continue }
      let change =
        ratio(seen.square(context: 0.5).width, extent) * ratio(seen.width / seen.height, proportion)
      let penalty = exp(-settings.penalty * (change - 1))
      let probability = probabilities[2 * index + 1]
      let box = seen.shown(by: window, size: size)
      let score =
        penalty * probability * (1 - settings.windowWeight) + first.window[index] * settings.windowWeight
        + (response?.value(x: box.centerX, y: box.centerY) ?? 0)
      if score > bestScore {
        bestScore = score
        best = Candidate(box: box, confidence: probability, rate: penalty * probability)
      }
    }
    return best
  }

  private func ratio(_ a: Double, _ b: Double) -> Double { max(a / b, b / a) }
}

/// How a `SiameseTracker` turns a network's answers into a track.
public struct SiameseTracking: Sendable, Hashable {
  /// The weight of the cosine window, which holds large displacements against a place.
  public var windowWeight = 0.42
  /// The exponent k of the penalty exp(−k·(r·s − 1)), r and s being how many times the proportions and the size change.
  public var penalty = 0.055
  /// How far the size goes towards the one found, times the penalty and the score.
  public var sizeRate = 0.295
  /// Whether the box of the frame before guides a network that takes guides.
  public var usesGuide = true
  /// Whether it learns of the video: how the given box lies around what the network finds, and correlation filters of the
  /// target's place and size, which have a say beside the network.
  public var learns = false
  /// The smallest side of a target that was no smaller at first, in pixels.
  public var smallest = 10.0

  /// The published settings (Li et al., CVPR 2018).
  public init() {}

  /// Those of the networks that TrainSiamese trains, which saw too little to do without what the video teaches. The penalty and
  /// the rate were chosen on its embedded videos.
  static let embedded = {
    var settings = SiameseTracking()
    (settings.penalty, settings.sizeRate, settings.learns) = (0.15, 0.2, true)
    return settings
  }()
}
