import CCodecs

/// The shim's functions with Swift's arrays and errors.
enum Codec {
  /// The header and the samples, each in its own bytes.
  struct Decoded<Sample> {
    var header: cc_header
    var samples: [Sample]

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }
    var channels: Int { Int(header.channels) }
  }

  static func decodePNG<Sample: FixedWidthInteger>(
    _ bytes: [UInt8], _ form: cc_form, path: String
  ) throws(ImageError) -> Decoded<Sample> {
    try decode(path: path, format: .png) { header, samples, message in
      cc_png_read(bytes, bytes.count, form, header, samples, message)
    }
  }

  static func decodeJPEG(_ bytes: [UInt8], channels: Int, path: String) throws(ImageError) -> Decoded<UInt8> {
    try decode(path: path, format: .jpeg) { header, samples, message in
      cc_jpeg_read(bytes, bytes.count, Int32(channels), header, samples, message)
    }
  }

  static func encodePNG<Sample: FixedWidthInteger>(
    _ header: cc_header, _ samples: [Sample], path: String
  ) throws(ImageError) -> [UInt8] {
    var header = header
    return try encode(header, path: path, format: .png) { bytes, count, message in
      cc_png_write(&header, samples, bytes, count, message)
    }
  }

  static func encodeJPEG(
    _ header: cc_header, _ samples: [UInt8], quality: Int, path: String
  ) throws(ImageError) -> [UInt8] {
    var header = header
    return try encode(header, path: path, format: .jpeg) { bytes, count, message in
      cc_jpeg_write(&header, samples, Int32(quality), bytes, count, message)
    }
  }

  private typealias Message = UnsafeMutablePointer<CChar>

  // The header is read first, so that the pixels are decoded straight into the array that keeps them.
  private static func decode<Sample>(
    path: String, format: ImageFormat,
    _ read: (UnsafeMutablePointer<cc_header>, _ samples: UnsafeMutablePointer<UInt8>?, Message) -> cc_status
  ) throws(ImageError) -> Decoded<Sample> {
    var header = cc_header()
    var message = [CChar](repeating: 0, count: Int(CC_MESSAGE_LENGTH))
    try check(read(&header, nil, &message), header, message, path, format)
    let count = Int(header.width) * Int(header.height) * Int(header.channels)
    var status = CC_OK
    let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt8.self)
      status = read(&header, raw.baseAddress, &message)
      initialized = status == CC_OK ? count : 0
    }
    try check(status, header, message, path, format)
    return Decoded(header: header, samples: samples)
  }

  private static func encode(
    _ header: cc_header, path: String, format: ImageFormat,
    _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, _ count: UnsafeMutablePointer<Int>, Message)
      -> cc_status
  ) throws(ImageError) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CC_MESSAGE_LENGTH))
    let status = write(&bytes, &count, &message)
    defer { cc_free(bytes) }
    try check(status, header, message, path, format)
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private static func check(
    _ status: cc_status, _ header: cc_header, _ message: [CChar], _ path: String, _ format: ImageFormat
  ) throws(ImageError) {
    let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch status {
    case CC_OK: return
    case CC_TRUNCATED: throw .truncated(path: path)
    case CC_UNSUPPORTED: throw .unsupported(path: path, reason: reason)
    case CC_TOO_LARGE, CC_OUT_OF_MEMORY:
      throw .tooLarge(path: path, height: Int(header.height), width: Int(header.width))
    case CC_MISSING_CODEC: throw .missingCodec(path: path, format: format)
    default: throw .corrupt(path: path, reason: reason)
    }
  }
}

extension cc_header {
  init(height: Int, width: Int, channels: Int, bytesPerSample: Int = 1) {
    self.init()
    self.width = UInt32(width)
    self.height = UInt32(height)
    self.channels = Int32(channels)
    self.bytes_per_sample = Int32(bytesPerSample)
  }
}
