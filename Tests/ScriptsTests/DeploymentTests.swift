import Foundation
import TestSupport
import Testing
import Vision

/// A program that carries Swift's library, as `swift build --static-swift-stdlib` makes it.
@Suite struct DeploymentTests {
  /// Linked from what was built for the tests, in seconds; it is started as a user starts it, without the settings of other
  /// tests.
  @Test(.enabled(if: Self.compiler != nil)) func aProgramCarriesSwiftsLibrary() throws {
    let place = try Workplace(for: "Shapes")
    let objects = Bundle.main.executableURL!.deletingLastPathComponent()
      .appending(path: "Shapes.product/Objects.LinkFileList")
    let libraries =
      ["openblas", "lapacke", "m"] + (ImageFormat.png.isBuiltIn ? ["png"] : [])
      + (ImageFormat.jpeg.isBuiltIn ? ["jpeg"] : [])
      // Foundation's parts, which the compiler names where it compiles for this.
      + ["_FoundationICU", "CoreFoundation", "_FoundationCShims", "_FoundationCollections"]
    func run(_ arguments: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT"] + arguments
      process.currentDirectoryURL = place.folder
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    let link = [
      Self.compiler!, "-static-stdlib", "-use-ld=lld", "-emit-executable", "-o", "Shapes", "@\(objects.path)",
    ]
    let entry = ["-Xlinker", "--defsym", "-Xlinker", "main=Shapes_main"]
    #expect(try run(link + entry + libraries.map { "-l\($0)" }) == 0)
    #expect(try place.bytes(of: "Shapes").range(of: Data("libswiftCore.so".utf8)) == nil)
    #expect(try run(["./Shapes", "draw", "pictures"]) == (ImageFormat.png.isBuiltIn ? 0 : 1))
    #expect(place.files(in: "pictures/disc").count == (ImageFormat.png.isBuiltIn ? 100 : 0))
    #expect(try run(["./Shapes"]) == 64)
  }

  /// The compiler, where it has Swift's library to link statically.
  private static let compiler: String? = {
    let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
    let found = folders.map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    let library = found.map {
      URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../lib/swift_static").standardized.path
    }
    return library.flatMap { FileManager.default.fileExists(atPath: $0) ? found : nil }
  }()
}
