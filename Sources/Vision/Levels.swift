import CVision
import Tensor

/// Samples of 8 bits, through which masks and maps of labels are told apart.
package enum Levels {
  /// Which of the values 0…255 occur.
  package static func seen(in samples: [UInt8]) -> [Bool] {
    var seen = [Bool](repeating: false, count: 256)
    ck_image_levels_u8(samples, Int64(samples.count), &seen)
    return seen
  }

  /// The samples with each value replaced by the table's of 256.
  package static func replaced(_ samples: [UInt8], by table: [UInt8]) -> [UInt8] {
    require(table.count == 256, "Levels: a table of \(table.count)")
    return [UInt8](unsafeUninitializedCapacity: samples.count) { buffer, initialized in
      if let destination = buffer.baseAddress {
        ck_image_replace_u8(samples, Int64(samples.count), table, destination)
      }
      initialized = samples.count
    }
  }
}
