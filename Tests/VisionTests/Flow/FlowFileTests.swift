import Foundation
import TestSupport
import Testing

@testable import Vision

private func flowError<Result>(_ body: () throws -> Result) -> FlowFileError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? FlowFileError
  }
}

private let field = FlowField(
  height: 2, width: 3, vectors: [0, 1, -2.5, 3.25, 100, -200, 0.015625, 0, 511.5, -512, 7, 8],
  known: Mask(height: 2, width: 3, values: [1, 1, 1, 1, 1, 1]))

@Suite struct FlowFileTests {
  /// By hand, from the description of the format: "PIEH", width 2, height 1, then (1, −2) and (unknown, unknown).
  static let middlebury: [UInt8] =
    [0x50, 0x49, 0x45, 0x48, 2, 0, 0, 0, 1, 0, 0, 0]
    + [0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0]
    + [0xF9, 0x02, 0x15, 0x50, 0xF9, 0x02, 0x15, 0x50]

  @Test func middleburyBytes() throws {
    let flow = try FlowField(encoded: Self.middlebury)
    let expected = FlowField(
      height: 1, width: 2, vectors: [1, -2, 0, 0], known: Mask(height: 1, width: 2, values: [1, 0]))
    #expect(flow == expected)
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "a.flo")
      try expected.write(to: url)
      #expect(try Data(contentsOf: url) == Data(Self.middlebury))
    }
  }

  @Test func middleburyRoundTrip() throws {
    try withTemporaryFolder { folder in
      let flow = FlowField(height: 2, width: 3, vectors: field.vectors)
      try flow.write(to: folder.appending(path: "a.flo"))
      #expect(try FlowField(contentsOf: folder.appending(path: "a.flo")) == flow)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.flo"])
    }
  }

  @Test func middleburyFilesThatAreWrong() {
    for length in 0..<Self.middlebury.count {
      let error = flowError { try FlowField(encoded: Array(Self.middlebury.prefix(length)), path: "a.flo") }
      switch length {
      case ..<4: #expect(error == .unsupported(path: "a.flo", reason: "neither a .flo file nor a PNG"))
      case ..<12: #expect(error == .wrongLength(path: "a.flo", bytes: length, expected: 12))
      default: #expect(error == .wrongLength(path: "a.flo", bytes: length, expected: 28))
      }
    }
    #expect(flowError { try FlowField(encoded: Self.middlebury + [0]) } != nil)
    var negative = Self.middlebury
    negative[7] = 0x80
    #expect(flowError { try FlowField(encoded: negative) } != nil)
    // 2³¹ − 1 columns and rows: the length is compared before anything is allocated.
    let huge: [UInt8] = Array("PIEH".utf8) + [0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]
    #expect(flowError { try FlowField(encoded: huge) }?.description.contains("2147483647×2147483647") == true)
  }

  @Test func placesAndNames() throws {
    try withTemporaryFolder { folder in
      let absent = folder.appending(path: "absent.flo")
      #expect(
        flowError { try FlowField(contentsOf: absent) }?.description
          == "\(absent.path): cannot be read: No such file or directory")
      #expect(flowError { try field.write(to: folder.appending(path: "no/a.flo")) } != nil)
      #expect(
        flowError { try field.write(to: folder.appending(path: "a.txt")) }?.description.contains(".flo")
          == true)
    }
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func kittiSamples() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "a.png")
      // (dx, dy) = (−1, 0.5), then a pixel without flow, by the development kit's formula.
      try Image16(height: 1, width: 2, channels: 3, pixels: [32704, 32800, 1, 0, 0, 0]).write(to: url)
      let expected = FlowField(
        height: 1, width: 2, vectors: [-1, 0.5, 0, 0], known: Mask(height: 1, width: 2, values: [1, 0]))
      #expect(try FlowField(contentsOf: url) == expected)
      try expected.write(to: url)
      #expect(try Image16(contentsOf: url).pixels == [32704, 32800, 1, 0, 0, 0])
    }
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func kittiRoundTrip() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "a.png")
      try field.write(to: url)
      let read = try FlowField(contentsOf: url)
      #expect(read.vectors == field.vectors, "all are multiples of 1/64")
      #expect(read.known == nil)
      for length in [0, 8, 24, 40] {
        let cut = Array(try Data(contentsOf: url).prefix(length))
        #expect(flowError { try FlowField(encoded: cut) } != nil)
      }
      let far = FlowField(height: 1, width: 2, vectors: [0, 0, 512, 0])
      #expect(flowError { try far.write(to: url) } == .tooLong(path: url.path, x: 1, y: 0))
    }
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func otherPicturesAreNoFlow() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "a.png")
      try patternImage().write(to: url)
      #expect(flowError { try FlowField(contentsOf: url) }?.description.contains("16 bits") == true)
      try Image16(height: 1, width: 1, channels: 1, pixels: [7]).write(to: url)
      #expect(flowError { try FlowField(contentsOf: url) }?.description.contains("three channels") == true)
    }
  }
}
