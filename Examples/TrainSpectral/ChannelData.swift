import Evaluation
import Datasets
import Foundation
import Tensor

/// The videos of a study: to learn from, to choose by (learning rates, epochs, thresholds), and to report on.
struct ChannelData: Sendable {
  /// The methods' names, the best on the training videos first.
  let methods: [String]
  private(set) var training: [ChannelVideo]
  let selection: [ChannelVideo]
  let test: [ChannelVideo]

  var channelCount: Int { methods.count }

  /// Orders the channels by the methods' Jaccard index on the training videos, and keeps every fifth of them, at least
  /// one, to choose by.
  init(methods: [String], learning: [ChannelVideo], test: [ChannelVideo]) throws {
    guard learning.count >= 2, !test.isEmpty else { throw DataError.tooFewSequences }
    let scores = methods.indices.map { channel in
      learning.map { $0.jaccard($0.values[.all, .all, .all, channel], above: 0.5) }.mean
    }
    let order = methods.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    let places = Tensor(order.map { Int32($0) })
    func ordered(_ videos: [ChannelVideo]) -> [ChannelVideo] {
      videos.map { $0.replacingChannels(with: $0.values.gather(places, axis: 3)) }
    }
    let kept = Set(stride(from: min(4, learning.count - 1), to: learning.count, by: 5))
    self.methods = order.map { methods[$0] }
    training = ordered(learning.indices.filter { !kept.contains($0) }.map { learning[$0] })
    selection = ordered(kept.sorted().map { learning[$0] })
    self.test = ordered(test)
  }

  private init(methods: [String], training: [ChannelVideo], selection: [ChannelVideo], test: [ChannelVideo]) {
    (self.methods, self.training, self.selection, self.test) = (methods, training, selection, test)
  }

  /// The embedded study: synthetic videos and fifteen simulated methods, split as DAVIS-2016 is (30 : 20).
  static func synthetic(sequences: Int, frames: Int, longestSide: Int, seed: UInt64) throws -> ChannelData {
    let videos = SyntheticVideos(
      seed: seed, sequences: sequences, frames: frames, height: longestSide * 7 / 12, width: longestSide)
    let methods = SimulatedMethod.fifteen
    let generator = SeededGenerator(seed: seed)
    let made = videos.sequences.enumerated().map { index, sequence in
      var own = generator.fork(index)
      return ChannelVideo(sequence, methods: methods, seed: own.next())
    }
    let tested = sequences * 2 / 5
    return try ChannelData(
      methods: methods.map(\.name), learning: made.dropLast(tested), test: made.suffix(tested))
  }

  /// Keeps the first videos to learn from; those to choose by stay as they are.
  mutating func limitTraining(to count: Int) { training = Array(training.prefix(count)) }

  /// The same videos with their channels under noise.
  func under(_ noise: ChannelNoise, _ mix: ChannelMix, seed: UInt64) -> ChannelData {
    let treatments = mix.treatments(channels: channelCount)
    let generator = SeededGenerator(seed: seed)
    func noisy(_ videos: [ChannelVideo], _ part: Int) -> [ChannelVideo] {
      videos.enumerated().map { index, video in
        let values = video.values
        let channels = treatments.enumerated().map { channel, treatment in
          var own = generator.fork(part).fork(index).fork(channel)
          let masks = values[.all, .all, .all, channel]
          return switch treatment {
          case .none: masks
          case .noisy: noise.disturbing(masks, seed: own.next())
          case .noise: noise.replacing(masks, seed: own.next())
          }
        }
        return video.replacingChannels(with: .stack(channels, axis: -1))
      }
    }
    return ChannelData(
      methods: methods, training: noisy(training, 0), selection: noisy(selection, 1), test: noisy(test, 2))
  }
}

/// Which channels noise befalls (§5.1.5). The best three are always left as they are.
enum ChannelMix: CaseIterable {
  case replaced, disturbed, both

  enum Treatment { case none, noisy, noise }

  func treatments(channels: Int) -> [Treatment] {
    (0..<channels).map { channel in
      if channel < 3 { return .none }
      return switch self {
      case .replaced: .noise
      case .disturbed: .noisy
      case .both: channel < 8 ? .noisy : .noise
      }
    }
  }

  /// As in the paper: Top 3 + Noisy 5 + Noise 7.
  func name(channels: Int) -> String {
    let treatments = treatments(channels: channels)
    let parts: [(String, Treatment)] = [("Top", .none), ("Noisy", .noisy), ("Noise", .noise)]
    return parts.compactMap { name, treatment in
      let count = treatments.count { $0 == treatment }
      return count == 0 ? nil : "\(name) \(count)"
    }.joined(separator: " + ")
  }
}

/// Why there is nothing to study, in one line.
enum DataError: Error, CustomStringConvertible {
  case tooFewSequences
  case tooFewFrames(String, Int)

  var description: String {
    switch self {
    case .tooFewSequences:
      "at least three sequences are needed: one to learn from, one to choose by, one held out to report on"
    case .tooFewFrames(let name, let count):
      "the sequence \(name) has \(count) frames; at least three are needed"
    }
  }
}
