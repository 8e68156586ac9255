import Foundation
import Tensor
import Vision

/// A tracker, simulated by the errors that real ones make, so that what works on trackers' boxes can be tried without any.
///
/// The measures are those of ten published trackers (SiamBAN, SiamRPN++, Ocean, ATOM, MDNet, SiamRPN, DaSiamRPN, SiamFC,
/// CFNet) on seven sequences of OTB, in the target's size: the root of its box's area. Their centres are off by a standard
/// deviation of .07 to .29 along each axis, the logarithm of their sizes by .12 to .35 and that of their proportions by .08
/// to .26; errors of the centre fade by .62 from frame to frame, those of size by .92. Two trackers' errors correlate by
/// .36 to .59: some frames are hard for all. The target is lost up to 7 times in 1,000 frames, for 4 frames in the median,
/// and to the end in a quarter of the cases.
public struct SimulatedTracker: Sendable, Hashable {
  /// The tracker's name.
  public var name: String
  /// How far the centre errs along each axis, in sizes of the target: a standard deviation.
  public var centerError = 0.07
  /// How far the size and the proportions err, as logarithms: standard deviations.
  public var sizeError = 0.12, aspectError = 0.1
  /// How far boxes are too large, as a logarithm; too small below 0.
  public var sizeBias = 0.03
  /// How far the box slides off the target and back again over some thirty frames, in sizes: a standard deviation.
  public var drift = 0.0
  /// How many frames the box comes late.
  public var lag = 0.1
  /// The share of frames in which the target gets lost: the box goes to something beside it and stays there.
  public var lossRate = 0.0
  /// The share of frames in which a look-alike close by is taken for the target.
  public var jumpRate = 0.0
  /// For how many frames a loss or a look-alike keeps the tracker, in the median; a few last much longer.
  public var duration = 5.0

  /// A tracker as the best of the ten are.
  public init(name: String) { self.name = name }

  /// One that errs little, and one for each way to err: `steady`, `drifting`, `losing`, `lagging`, `misscaling`, `jumping`.
  public static let all: [SimulatedTracker] = {
    func tracker(_ name: String, _ change: (inout SimulatedTracker) -> Void) -> SimulatedTracker {
      var tracker = SimulatedTracker(name: name)
      change(&tracker)
      return tracker
    }
    return [
      tracker("steady") { _ in },
      tracker("drifting") { $0.drift = 0.2 },
      tracker("losing") { ($0.lossRate, $0.duration) = (0.015, 10) },
      tracker("lagging") { $0.lag = 3 },
      tracker("misscaling") { ($0.sizeBias, $0.sizeError) = (0.15, 0.3) },
      tracker("jumping") { ($0.jumpRate, $0.duration) = (0.03, 10) },
    ]
  }()
}

/// What a simulated tracker made of a video.
public struct SimulatedTrack: Sendable {
  /// The box in each frame; nil before the target is first seen.
  public private(set) var boxes: [Box?] = []
  /// What the tracker takes for the target in each frame, and when it saw it last: the box is made of the true one there.
  public private(set) var sources: [(object: Int, frame: Int)?] = []

  /// Tracks an object from the first frame that shows it, where the box is the true one.
  ///
  /// - Parameters:
  ///   - tracker: how it errs; with its name and the seed that determines the track.
  ///   - target: the object to follow, a key of `truth`.
  ///   - truth: by object, the true box in each frame; nil where nothing is seen. The other objects are look-alikes.
  ///   - seed: the video's. Trackers share part of what they draw from it.
  public init(_ tracker: SimulatedTracker, target: Int, truth: [Int: [Box?]], seed: UInt64) {
    var errors = TrackingErrors(name: tracker.name, target: target, seed: seed)
    var state = State.lost(until: 0)
    var place: Place?
    for (frame, seen) in (truth[target] ?? []).enumerated() {
      let error = errors.next(for: tracker)
      guard let last = place else {
        boxes.append(seen)
        sources.append(seen.map { _ in (target, frame) })
        (place, state) = (seen.map(Place.init), .following(target, until: .max))
        continue
      }
      var source = sources.last!!
      switch state {
      case .following(let object, let end) where object != target && frame < end: break
      case .lost(let end) where frame < end: break
      case .following(target, _):
        if error.isLoss {
          place = last.moved(by: error.aside)
          state = .lost(until: frame + error.duration)
        } else if let seen, last.distance(to: seen) > 1.5 {
          // It has come back elsewhere.
          state = .lost(until: frame + error.duration)
        } else if error.isJump, let seen,
          let other = truth.keys.sorted().first(where: { key in
            key != target && truth[key]?[frame].map { Place(seen).distance(to: $0) < 2 } == true
          })
        {
          state = .following(other, until: frame + error.duration)
          place = truth[other]?[frame].map(Place.init)
        }
      default:
        // What was lost, or confused, is found again where it is seen.
        if let seen { (place, state) = (Place(seen), .following(target, until: .max)) }
      }
      if case .following(let object, _) = state, let box = truth[object]?[frame] {
        place = place!.moved(towards: Place(box), lag: tracker.lag)
        source = (object, frame)
      }
      boxes.append(place!.box(with: error))
      sources.append(source)
    }
  }

  private enum State {
    case following(Int, until: Int)
    case lost(until: Int)
  }

  /// A box by its centre and the logarithms of its sides.
  private struct Place {
    private var values: SIMD4<Double>

    init(_ box: Box) { values = SIMD4(box.centerX, box.centerY, log(box.width), log(box.height)) }

    private var size: Double { exp((values.z + values.w) / 2) }

    /// In sizes.
    func distance(to box: Box) -> Double {
      let offset = SIMD2(box.centerX, box.centerY) - values.lowHalf
      return (offset * offset).sum().squareRoot() / size
    }

    /// By an offset in sizes.
    func moved(by offset: SIMD2<Double>) -> Place {
      var place = self
      place.values.lowHalf += size * offset
      return place
    }

    /// Sizes follow more slowly: of a target that goes behind something no tracker keeps the last corner in view.
    func moved(towards other: Place, lag: Double) -> Place {
      var place = self
      place.values +=
        (other.values - values)
        / SIMD4(lowHalf: SIMD2(repeating: 1 + lag), highHalf: SIMD2(repeating: 5 + lag))
      return place
    }

    func box(with error: TrackingErrors.Draw) -> Box {
      let centre = values.lowHalf + size * error.offset
      return Box(
        centerX: centre.x, centerY: centre.y, width: exp(values.z + error.size + error.aspect),
        height: exp(values.w + error.size - error.aspect))
    }
  }
}
