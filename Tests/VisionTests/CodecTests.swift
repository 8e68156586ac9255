import Foundation
import Testing

@testable import Vision

@Test(.enabled(if: ImageFormat.png.isBuiltIn)) func pngKeepsEveryPixel() throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for channels in [1, 3, 4] {
    let image = Image(
      width: 5, height: 4, channels: channels, pixels: (0..<20 * channels).map { UInt8($0 * 37 % 256) })
    let url = folder.appending(path: "\(channels).png")
    try image.write(to: url)
    #expect(try Image(contentsOf: url) == image)
  }
}
