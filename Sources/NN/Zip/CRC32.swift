/// The checksum of zip archives (ISO 3309).
struct CRC32 {
  private var remainder: UInt32 = ~0

  /// Of the bytes so far.
  var checksum: UInt32 { ~remainder }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    remainder = Self.table.withUnsafeBufferPointer { table in
      bytes.reduce(remainder) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
  }
}
