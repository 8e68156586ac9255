import Foundation
import Tensor
import TestSupport
import Testing

@testable import NN

@Suite struct EventFileTests {
  @Test func checksumsAreCastagnolis() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func fieldsAreThoseOfProtocolBuffers() {
    var message = Message()
    message.integer(1, 150)
    message.text(2, "testing")
    message.integer(3, -1)
    #expect(
      message.data == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8) + [0x18]
        + [UInt8](repeating: 0xff, count: 9) + [0x01])
  }

  /// A grey pixel.
  private static let png: [UInt8] = Array(
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")!)

  private func write(into folder: URL) throws {
    let file = EventFile(folder: folder)
    for step in 1...3 {
      try file.write(
        ["train_loss": 1 / Double(step), "val_j": 0.5], images: ["samples.png": Self.png],
        histograms: ["weights/conv": Histogram(Tensor([-1, 0, 0.5, 2] as [Float]))], step: step)
    }
  }

  @Test func recordsFollowOneAnother() throws {
    try withTemporaryFolder { folder in
      try write(into: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.count == 1 && names[0].hasPrefix("events.out.tfevents."))
      let data = [UInt8](try Data(contentsOf: folder.appending(path: names[0])))
      var position = 0
      var records: [[UInt8]] = []
      while position < data.count {
        let length = data[position..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        records.append(Array(data[position + 12..<position + 12 + length]))
        position += length + 16
      }
      #expect(position == data.count && records.count == 4)
      #expect(String(decoding: records[0], as: UTF8.self).contains("brain.Event:2"))
    }
  }

  private static let python = Python(having: "tensorboard")

  @Test(.enabled(if: python != nil, "needs python3 with the package tensorboard"))
  func tensorBoardReadsThem() throws {
    try withTemporaryFolder { folder in
      try write(into: folder)
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "read_events.py")
      let output = try #require(Self.python?.output([script.path, folder.path]))
      #expect(
        output.split(separator: "\n") == [
          "train_loss 1:1.0 2:0.5 3:0.333333", "val_j 1:0.5 2:0.5 3:0.5", "samples.png 1x1 at 3",
          "weights/conv 4 values from -1.0 to 2.0, sum 1.5",
        ])
    }
  }
}
