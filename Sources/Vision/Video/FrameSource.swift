import Foundation

/// Frames one after another, from any of them on.
protocol FrameSource {
  /// Goes to another frame.
  mutating func go(to frame: Int) throws(VideoError)
  /// The next frame, RGB. After an error the source is to go somewhere.
  mutating func next() throws(VideoError) -> Image
  /// Whether going to a later frame beats reading on until it comes.
  func isFaster(goingTo frame: Int) -> Bool
}

/// The files of a folder as frames.
struct FrameFiles: FrameSource {
  let files: [URL]
  private var position = 0

  /// The PNG and JPEG files of a folder, in the order of their names, `9` before `10`.
  static func list(_ folder: URL) throws(VideoError) -> [URL] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(path: folder.path, reason: "the folder cannot be listed")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted { $0.naturallyPrecedes($1) }
      .map { folder.appending(path: $0) }
      .filter { ["png", "jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
  }

  init(_ files: [URL]) { self.files = files }

  mutating func go(to frame: Int) { position = frame }

  mutating func next() throws(VideoError) -> Image {
    do throws(ImageError) {
      let image = try Image(contentsOf: files[position], as: .rgb)
      position += 1
      return image
    } catch {
      throw .badImage(error)
    }
  }

  func isFaster(goingTo frame: Int) -> Bool { true }
}
