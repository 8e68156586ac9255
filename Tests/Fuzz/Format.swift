import Foundation
import Vision

/// A kind of file: valid ones to start from, what they are made of, and the reader that has to bear whatever is made of
/// them.
struct Format {
  let name: String
  /// Valid files, cut into the parts that their structure has.
  let samples: [[Part]]
  /// Makes parts a file whose lengths, checksums and tables are right again, whatever the parts now hold.
  var repaired: ([Part]) -> [UInt8] = { Array($0.joined()) }
  /// Reads a file in every way there is. The bytes are those that lie at the URL, where `needsFile`.
  let read: ([UInt8], URL) throws -> Void
  /// Whether the reader opens a file, other than being handed its bytes.
  var needsFile = false

  typealias Part = [UInt8]

  /// All formats; `folder` is a place for files that are needed on the way.
  static func all(in folder: URL) throws -> [Format] {
    let texts = try [boxes(), vot(), nfs(), meta(in: folder), log()]
    // Beside an image, which this build must be able to write.
    let instances = ImageFormat.png.isBuiltIn ? [try instances(in: folder)] : []
    let arrays = try [safetensors(in: folder), index(in: folder), pyTorch(), npy(), npz()]
    return try pictures(in: folder) + arrays + texts + instances
  }

  /// The file of a number: the same in every run of a seed.
  func file(_ index: Int, seed: UInt64) -> [UInt8] {
    var mutation = Mutation(seed: seed, index: index)
    let sample = samples[index % samples.count]
    let parts = mutation.mutated(sample, others: samples)
    return mutation.mutated(mutation.chance(0.5) ? repaired(parts) : Array(parts.joined()))
  }
}

extension FixedWidthInteger {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }

  /// The number that some bytes spell, the first one the least.
  init(littleEndianBytes bytes: some BidirectionalCollection<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }

  /// The number that some bytes spell, the first one the greatest.
  init(bigEndianBytes bytes: some Sequence<UInt8>) { self = bytes.reduce(0) { $0 << 8 | Self($1) } }
}
