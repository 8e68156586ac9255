import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: ImageFormat.png.isBuiltIn && ImageFormat.jpeg.isBuiltIn)) struct BadFileTests {
  static let readable = Fixtures.files.keys.filter { $0 != "declaresTooMuch" }.sorted()

  @Test(arguments: readable) func everyTruncationThrows(name: String) throws {
    let file = Fixtures.files[name]!
    for length in 0..<file.count {
      #expect(
        imageError { try Image(encoded: Array(file.prefix(length))) } != nil, "\(name) cut to \(length)")
    }
    let late = imageError { try Image(encoded: Array(file.prefix(file.count - 1)), path: "a.png") }
    #expect(late == .truncated(path: "a.png"))
  }

  @Test(arguments: readable) func damagedBytesNeverCrash(name: String) throws {
    let file = Fixtures.files[name]!
    for position in file.indices {
      var damaged = file
      damaged[position] ^= UInt8(1 << (position % 8))
      let error = imageError { try Image(encoded: damaged) }
      // Every byte of these PNG files is under a checksum.
      if !name.hasPrefix("jpeg") { #expect(error != nil, "\(name) damaged at \(position)") }
    }
  }

  @Test func garbageAfterAnySignatureThrows() {
    var generator = SystemRandomNumberGenerator()
    let starts: [[UInt8]] = [[], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF]]
    for start in starts {
      for length in [1, 20, 300, 5000] {
        let bytes = start + (0..<length).map { _ in UInt8.random(in: 0...254, using: &generator) }
        #expect(imageError { try Image(encoded: bytes) } != nil)
      }
    }
  }

  @Test func hugeDeclaredSizesAreRefused() {
    let error = imageError { try Image(encoded: Fixtures.files["declaresTooMuch"]!, path: "a.png") }
    #expect(error == .tooLarge(path: "a.png", height: 2_000_000_000, width: 2_000_000_000))
    // The frame header of a JPEG holds height and width after its marker, length and precision.
    var jpeg = Fixtures.files["jpegRGB"]!
    let frame = jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 }!
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
    #expect(
      imageError { try Image(encoded: jpeg, path: "b.jpg") }
        == .tooLarge(path: "b.jpg", height: 65280, width: 65280))
  }

  /// The head of an image, and that of a comment which claims two gigabytes.
  @Test func aLengthBeyondTheFileTakesNoMemory() {
    let head = Array(Fixtures.files["grey8"]!.prefix(33))
    let comment: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF] + Array("tEXt".utf8)
    let before = Self.greatestResidentBytes
    #expect(imageError { try Image(encoded: head + comment, path: "a.png") } == .truncated(path: "a.png"))
    #expect(Self.greatestResidentBytes - before < 1 << 30)
  }

  private static var greatestResidentBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return 1024 * usage.ru_maxrss
  }

  @Test func aProgressiveFileHasNoMoreThanAHundredScans() throws {
    let file = Fixtures.files["jpegProgressive"]!
    // The first scan, from its marker up to the next one.
    let markers = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] >= 0xC0 }
    let scan = try #require(markers.firstIndex { file[$0 + 1] == 0xDA })
    let (start, end) = (markers[scan], markers[scan + 1])
    func repeated(_ count: Int) -> [UInt8] {
      file[..<start] + (0..<count).flatMap { _ in file[start..<end] } + file[end...]
    }
    #expect(imageError { try Image(encoded: repeated(50)) } == nil)
    #expect(
      imageError { try Image(encoded: repeated(1000), path: "a.jpg") }
        == .corrupt(path: "a.jpg", reason: "too many scans"))
  }

  @Test func theExtensionMayLie() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "really-a-jpeg.png")
      try Data(Fixtures.files["jpegRGB"]!).write(to: url)
      #expect(try Image(contentsOf: url).width == 48)
      #expect(imageError { try IndexedImage(contentsOf: url) }?.description.contains("palette") == true)
    }
  }
}

@Test func filesThatAreNoImages() throws {
  try withTemporaryFolder { folder in
    let url = folder.appending(path: "notes.png")
    try Data("Not a picture.".utf8).write(to: url)
    #expect(imageError { try Image(contentsOf: url) } == .notAnImage(path: url.path))
    try Data().write(to: url)
    #expect(imageError { try Image(contentsOf: url) } == .truncated(path: url.path))
    let absent = folder.appending(path: "absent.png")
    #expect(
      imageError { try Image(contentsOf: absent) }?.description
        == "\(absent.path): cannot be read: No such file or directory")
    #expect(imageError { try Image(contentsOf: folder) }?.description.contains("Is a directory") == true)
  }
}

@Test(.enabled(if: ImageFormat.png.isBuiltIn)) func placesThatCannotBeWritten() throws {
  let image = Image(height: 2, width: 2)
  try withTemporaryFolder { folder in
    let absent = folder.appending(path: "absent/image.png")
    #expect(
      imageError { try image.write(to: absent) }?.description
        == "\(absent.path): cannot be written: No such file or directory")
    let occupied = folder.appending(path: "folder.png")
    try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: false)
    #expect(imageError { try image.write(to: occupied) }?.description.contains("cannot be written") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder.png"])
    #expect(
      imageError { try image.write(to: folder.appending(path: "a.tiff")) }?.description.contains(".png")
        == true)
  }
}

@Test(.enabled(if: !ImageFormat.png.isBuiltIn)) func aMissingCodecSaysWhatToInstall() {
  let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  #expect(
    imageError { try Image(encoded: signature, path: "a.png") }?.description
      == "a.png: this build has no PNG codec: install libpng-dev and rebuild")
  #expect(
    imageError { try Image(height: 1, width: 1).encoded(as: .png) }
      == .missingCodec(path: "image", format: .png))
}
