import Foundation
import Tensor

/// A file of TensorBoard's: records of protocol buffers, each with its length and checksums (TensorFlow's event.proto and
/// summary.proto).
final class EventFile {
  private let folder: URL
  private var url: URL?

  /// A file that is made in the folder at the first write.
  init(folder: URL) { self.folder = folder }

  /// Adds what was found at a step: numbers, PNG images and histograms by name.
  func write(
    _ scalars: Metrics, images: [String: [UInt8]] = [:], histograms: [String: Histogram] = [:], step: Int
  ) throws(TrainingRunError) {
    var summary = Message()
    for name in scalars.names {
      var value = Message()
      value.text(1, name)
      value.float(2, Float(scalars[name]!))
      summary.message(1, value)
    }
    for (name, bytes) in images.sorted(by: { $0.key < $1.key }) {
      guard let size = Self.size(ofPNG: bytes) else { continue }
      var image = Message()
      image.integer(1, size.height)
      image.integer(2, size.width)
      image.integer(3, 3)
      image.bytes(4, bytes)
      var value = Message()
      value.text(1, name)
      value.message(4, image)
      summary.message(1, value)
    }
    for (name, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
      var value = Message()
      value.text(1, name)
      value.message(5, histogram.message)
      summary.message(1, value)
    }
    var event = Self.event()
    event.integer(2, step)
    event.message(5, summary)
    try append(event)
  }

  private static func event() -> Message {
    var event = Message()
    event.double(1, Date().timeIntervalSince1970)
    return event
  }

  private func append(_ event: Message) throws(TrainingRunError) {
    var records = Self.record(event.data)
    let file: URL
    if let url {
      file = url
    } else {
      let seconds = Int(Date().timeIntervalSince1970)
      file = folder.appending(
        path: "events.out.tfevents.\(seconds).sfvideo.\(getpid()).\(UInt32.random(in: 0...9999))")
      url = file
      var version = Self.event()
      version.text(3, "brain.Event:2")
      records = Self.record(version.data) + records
    }
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, Foundation.write(descriptor, records, records.count) == records.count else {
      throw .unwritable(file.path, reason: String(cString: strerror(errno)))
    }
  }

  /// A length and its checksum, the data and theirs.
  private static func record(_ data: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(data.count).littleEndian) { Array($0) }
    return length + masked(CRC32C.checksum(length)) + data + masked(CRC32C.checksum(data))
  }

  private static func masked(_ checksum: UInt32) -> [UInt8] {
    let rotated = (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
    return withUnsafeBytes(of: rotated.littleEndian) { Array($0) }
  }

  /// What the header of a PNG file says.
  private static func size(ofPNG bytes: [UInt8]) -> (height: Int, width: Int)? {
    guard bytes.count >= 24, bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) else { return nil }
    func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(20), number(16))
  }
}

/// A protocol buffer, field by field.
struct Message {
  private(set) var data: [UInt8] = []

  mutating func integer(_ field: Int, _ value: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ field: Int, _ value: Double) {
    varint(UInt64(field << 3 | 1))
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 }
  }

  mutating func float(_ field: Int, _ value: Float) {
    varint(UInt64(field << 3 | 5))
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 }
  }

  mutating func doubles(_ field: Int, _ values: [Double]) {
    bytes(field, values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } })
  }

  mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

  mutating func message(_ field: Int, _ value: Message) { bytes(field, value.data) }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(value.count))
    data += value
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      data.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }
}

/// The checksum of Castagnoli's polynomial.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
