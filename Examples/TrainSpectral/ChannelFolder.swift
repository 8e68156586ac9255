import Datasets
import Foundation
import NN
import Tensor
import Vision

extension ChannelData {
  /// A data set of any layout whose frames all have masks, with the masks of methods beside it, both brought to frames of
  /// a longest side. All objects are one, as in DAVIS-2016.
  static func folder(
    data: URL, channels: URL, heldOut: [String]?, longestSide: Int
  ) throws -> ChannelData {
    let sequences = try MaskLayout(of: data).open(data).sequences
    let names = heldOut ?? sequences.suffix(sequences.count * 2 / 5).map(\.name)
    let (kept, held) = try holdOut(names, of: sequences) { $0.name }
    if let short = sequences.first(where: { $0.frameCount < 3 }) {
      throw DataError.tooFewFrames(short.name, short.frameCount)
    }
    guard kept.count >= 2, !held.isEmpty else { throw DataError.tooFewSequences }
    let masks = try MethodMasks(contentsOf: channels, for: sequences)
    var bar = ProgressBar("reading", count: sequences.count)
    defer { bar.finish() }
    func read(_ sequence: any MaskAnnotated & FolderSequence) throws -> ChannelVideo {
      defer { bar.advance(sequence.name) }
      return try ChannelVideo(sequence, masks: masks, longestSide: longestSide)
    }
    return try ChannelData(methods: masks.methods, learning: kept.map(read), test: held.map(read))
  }
}

extension ChannelVideo {
  fileprivate init(_ sequence: any MaskAnnotated & FolderSequence, masks: MethodMasks, longestSide: Int)
    throws
  {
    var truth: [Mask] = []
    var frames: [Tensor] = []
    let first = try sequence.size(0)
    for frame in 0..<sequence.frameCount {
      let size = try sequence.size(frame)
      if size != first {
        throw DatasetError.sizeMismatch(
          path: sequence.frames.files[frame].path, height: size.height, width: size.width,
          expectedHeight: first.height, expectedWidth: first.width)
      }
      truth.append(Mask(try sequence.annotation(frame)).resized(longestSide: longestSide))
      let channels = try masks.methods.map {
        try masks.softMask($0, sequence, frame: frame).resized(longestSide: longestSide).tensor()
      }
      frames.append(.concatenate(channels, axis: -1))
    }
    if truth.allSatisfy({ $0.area == 0 }) {
      throw DatasetError.noObjects(path: sequence.frames.url.path)
    }
    self.init(name: sequence.name, values: .stack(frames), truth: truth) {
      try sequence.image($0).resized(longestSide: longestSide)
    }
  }
}
