import Foundation
import Vision

extension Format {
  /// Images, label maps and flow; those formats that this build has the codecs of.
  static func pictures(in folder: URL) throws -> [Format] {
    var formats = [try middlebury(in: folder), bmp()]
    if ImageFormat.png.isBuiltIn { formats += [try png(), try png16(in: folder), try kitti(in: folder)] }
    if ImageFormat.jpeg.isBuiltIn { formats.append(try jpeg()) }
    return formats
  }

  private static func image(channels: Int) -> Image {
    let (height, width) = (7, 9)
    let pixels = (0..<height * width * channels).map { UInt8($0 * $0 * 7 % 251) }
    return Image(height: height, width: width, channels: channels, pixels: pixels)
  }

  private static func png() throws -> Format {
    let labels = IndexedImage(
      height: 5, width: 8, indices: (0..<40).map { UInt8($0 % 5) },
      palette: Array(IndexedImage.davisPalette.prefix(5)))
    let images = try [1, 3, 4].map { try image(channels: $0).encoded(as: .png) } + [labels.encoded()]
    return Format(
      name: "png", samples: images.map(PNGChunks.parts), repaired: PNGChunks.repaired,
      read: { bytes, _ in
        try both {
          _ = try Image(encoded: bytes, as: .rgb)
        } and: {
          _ = try IndexedImage(encoded: bytes)
        }
      })
  }

  private static func png16(in folder: URL) throws -> Format {
    let images = try [1, 3, 4].map { channels in
      let url = folder.appending(path: "sample.png")
      try Image16(
        height: 4, width: 6, channels: channels,
        pixels: (0..<24 * channels).map { UInt16($0 * 2711 % 65_536) }
      ).write(to: url)
      return Array(try Data(contentsOf: url))
    }
    return Format(
      name: "png16", samples: images.map(PNGChunks.parts), repaired: PNGChunks.repaired,
      read: { bytes, _ in
        try both {
          _ = try Image16(encoded: bytes)
        } and: {
          _ = try Image(encoded: bytes)
        }
      })
  }

  /// A field of known and, where `known` is given, unknown vectors.
  private static func flow(known: [UInt8]?, _ name: String, in folder: URL) throws -> [UInt8] {
    let url = folder.appending(path: name)
    let mask = known.map { Mask(height: 3, width: 4, values: $0) }
    try FlowField(height: 3, width: 4, vectors: (0..<24).map { Float($0) / 4 - 2 }, known: mask).write(
      to: url)
    return Array(try Data(contentsOf: url))
  }

  private static let holes: [UInt8] = (0..<12).map { $0 % 5 == 0 ? 0 : 1 }

  private static func kitti(in folder: URL) throws -> Format {
    let files = try [nil, holes].map { try flow(known: $0, "sample.png", in: folder) }
    return Format(
      name: "kitti", samples: files.map(PNGChunks.parts), repaired: PNGChunks.repaired,
      read: { bytes, _ in _ = try FlowField(encoded: bytes) })
  }

  private static func middlebury(in folder: URL) throws -> Format {
    let files = try [nil, holes].map { try flow(known: $0, "sample.flo", in: folder) }
    return Format(
      name: "flo",
      samples: files.map { [Array($0[..<4]), Array($0[4..<8]), Array($0[8..<12]), Array($0[12...])] },
      read: { bytes, _ in _ = try FlowField(encoded: bytes) })
  }

  /// Of 24 bits and of a palette; the package writes none.
  private static func bmp() -> Format {
    func head(bits: UInt8, colors: UInt8) -> [Part] {
      let start: [UInt8] = [54 + 4 * colors, 0, 0, 0]
      return [
        Array("BM".utf8), [UInt8](repeating: 0, count: 8), start, [40, 0, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0],
        [1, 0, bits, 0], [UInt8](repeating: 0, count: 16), [colors, 0, 0, 0], [0, 0, 0, 0],
      ]
    }
    let pixels = (0..<24).map { UInt8($0 * 11) }
    return Format(
      name: "bmp",
      samples: [
        head(bits: 24, colors: 0) + [pixels],
        head(bits: 8, colors: 2) + [[0, 0, 0, 0], [0, 0, 255, 0], [0, 1, 1, 0, 1, 0, 0, 0]],
        head(bits: 1, colors: 2) + [[0, 0, 0, 0], [255, 255, 255, 0], [0xa0, 0, 0, 0, 0x40, 0, 0, 0]],
      ], read: { bytes, _ in _ = try Image(encoded: bytes, as: .rgb) })
  }

  private static func jpeg() throws -> Format {
    // The package writes no progressive ones: 24×17, by libjpeg.
    let progressive = """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7
      gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8
      fHx8fHx8fHz/wgARCAARABgDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAECA//EABgBAAIDAAAAAAAAAAAAAAAAAAAE
      AQID/9oADAMBAAIQAxAAAAHOrCCA6UrtQut//8QAGxAAAgIDAQAAAAAAAAAAAAAAAAECESExQUL/2gAIAQEAAQUCiqgWNGCxa9c/
      /8QAGREAAQUAAAAAAAAAAAAAAAAAAAECEBEx/9oACAEDAQE/ASkh2n//xAAZEQACAwEAAAAAAAAAAAAAAAAAMQIQUfD/2gAIAQIB
      AT8Bdb2E2f/EAB8QAAIBAgcAAAAAAAAAAAAAAAABcQIxEBJRYYGRsf/aAAgBAQAGPwJJybF2Qal83BVJ17h//8QAIRAAAgEDAwUA
      AAAAAAAAAAAAAREAIUGxMVHwcaHB0eH/2gAIAQEAAT8hFshJU7ErAKBkjVuEvZiDzRSp6lcRCCT1ig58na8w5YJ4HIn/2gAMAwEA
      AgADAAAAEFTovf/EABwRAQABBAMAAAAAAAAAAAAAAAEAEDGxwUFx8P/aAAgBAwEBPxAD2opczqcvbgof/8QAHxEAAQIGAwAAAAAA
      AAAAAAAAAQAREDFBYYHwobHh/9oACAECAQE/ELD5s3TGg4B7g65X/8QAHxABAAICAgIDAAAAAAAAAAAAAREhADFBUXGBYfDx/9oA
      CAEBAAE/EHmACGlZRD5gKwjo5gJZ14WveRIqQLTqDUeSdJzmxUp6Q1PbOaTNGmJq2NTFH7i0gJKgdRA7BXH1HfNuQ43/2Q==
      """
    let images =
      try [1, 3].map { try image(channels: $0).encoded(as: .jpeg) }
      + [Array(Data(base64Encoded: progressive, options: .ignoreUnknownCharacters)!)]
    return Format(
      name: "jpeg", samples: images.map(JPEGSegments.parts), repaired: JPEGSegments.repaired,
      read: { bytes, _ in
        try both {
          _ = try Image(encoded: bytes)
        } and: {
          _ = try Image(encoded: bytes, as: .grey)
        }
      })
  }

  /// Reads twice; an error where neither way reads.
  private static func both(_ first: () throws -> Void, and second: () throws -> Void) throws {
    let isRead = (try? first()) != nil
    do { try second() } catch { if !isRead { throw error } }
  }
}

/// A signature, then chunks: length, type, data and checksum.
enum PNGChunks {
  static func parts(_ file: [UInt8]) -> [Format.Part] {
    var (parts, position) = ([Array(file[..<8])], 8)
    while position < file.count {
      let end = position + 12 + Int(bigEndianBytes: file[position..<position + 4])
      parts.append(Array(file[position..<end]))
      position = end
    }
    return parts
  }

  static func repaired(_ parts: [Format.Part]) -> [UInt8] {
    parts.flatMap { part in
      guard part.count >= 12, part.first != 0x89 else { return part }
      let checked = part[4..<part.count - 4]
      return UInt32(part.count - 12).bigEndianBytes + checked + crc32(checked).bigEndianBytes
    }
  }
}

/// Segments: a marker and a length, and after the head of a scan its data.
enum JPEGSegments {
  static func parts(_ file: [UInt8]) -> [Format.Part] {
    // In data, a zero or the number of a restart follows each 0xff.
    let starts = file.indices.dropLast().filter {
      file[$0] == 0xff && file[$0 + 1] >= 0xc0 && !(0xd0...0xd7).contains(file[$0 + 1])
    }
    return zip(starts, starts.dropFirst() + [file.count]).map { Array(file[$0..<$1]) }
  }

  static func repaired(_ parts: [Format.Part]) -> [UInt8] {
    parts.flatMap { part in
      guard part.count >= 4, part[1] != 0xda else { return part }
      return part[..<2] + UInt16(truncatingIfNeeded: part.count - 2).bigEndianBytes + part[4...]
    }
  }
}
