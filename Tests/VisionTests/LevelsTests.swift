import Tensor
import Testing

@testable import Vision

// Runs of all lengths around those that are passed over at once, and samples without runs.
@Test(arguments: [1, 2, 63, 64, 65, 66, 200, 5000]) func levelsAreSeenAndReplaced(_ count: Int) {
  var generator = SeededGenerator(seed: UInt64(count))
  for longest in [1, 3, 100, 1000] {
    var samples: [UInt8] = []
    while samples.count < count {
      let level = UInt8.random(in: 0..<9, using: &generator) * 31
      samples += Array(repeating: level, count: Int.random(in: 1...longest, using: &generator))
    }
    samples = Array(samples.prefix(count))
    #expect(Levels.seen(in: samples) == (0..<256).map { samples.contains(UInt8($0)) })
    let table = (0..<256).map { UInt8(255 - $0) }
    #expect(Levels.replaced(samples, by: table) == samples.map { table[Int($0)] })
  }
  #expect(
    !Levels.seen(in: []).contains(true) && Levels.replaced([], by: Array(repeating: 0, count: 256)) == [])
}
