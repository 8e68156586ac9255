import Foundation

extension FlowField {
  /// Reads a file by what it holds: Middlebury's `.flo` (Baker et al., ICCV 2007) or KITTI's 16-bit PNG (Geiger et
  /// al., CVPR 2012).
  /// - Throws: `FlowFileError`.
  public init(contentsOf url: URL) throws(FlowFileError) {
    let bytes: [UInt8]
    do { bytes = try Files.read(url) } catch { throw .file(error) }
    try self.init(encoded: bytes, path: url.path)
  }

  /// Decodes the bytes of a file as `init(contentsOf:)` does; `path` names them in errors.
  public init(encoded bytes: [UInt8], path: String = "flow") throws(FlowFileError) {
    if bytes.starts(with: Middlebury.tag) {
      try self.init(middlebury: bytes, path: path)
    } else if bytes.first == 0x89 {
      try self.init(kitti: bytes, path: path)
    } else {
      throw .unsupported(path: path, reason: "neither a .flo file nor a PNG")
    }
  }

  /// Writes a `.flo` file, or a KITTI one as `.png` (steps of 1/64 pixel, up to 512 pixels), under a temporary name
  /// that is then renamed.
  /// - Throws: `FlowFileError`.
  public func write(to url: URL) throws(FlowFileError) {
    switch url.pathExtension.lowercased() {
    case "flo": do { try Files.write(middlebury(), to: url) } catch { throw .file(error) }
    case "png":
      let image = try kitti(path: url.path)
      do { try image.write(to: url) } catch { throw .file(error) }
    default: throw .unsupported(path: url.path, reason: "flow is written as .flo or .png")
    }
  }
}

/// The float 202021.25, the width and the height as 32-bit integers, then (dx, dy) row by row as floats; all in little
/// endian. A displacement beyond 10⁹ is unknown.
private enum Middlebury {
  static let tag = Array("PIEH".utf8)
  static let headerBytes = 12
  /// The sides that the format's own reader takes.
  static let sides = 1...99_999
  static let unknown: Float = 1e10
  static let greatestKnown: Float = 1e9
}

extension FlowField {
  fileprivate init(middlebury bytes: [UInt8], path: String) throws(FlowFileError) {
    func word(_ index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[4 * index + $1]) << (8 * UInt32($1)) }
    }
    guard bytes.count >= Middlebury.headerBytes else {
      throw .wrongLength(path: path, bytes: bytes.count, expected: Middlebury.headerBytes)
    }
    let (width, height) = (Int(Int32(bitPattern: word(1))), Int(Int32(bitPattern: word(2))))
    guard Middlebury.sides.contains(width), Middlebury.sides.contains(height) else {
      throw .badSize(path: path, height: height, width: width)
    }
    let expected = Middlebury.headerBytes + 8 * width * height
    guard bytes.count == expected else {
      throw .wrongLength(path: path, bytes: bytes.count, expected: expected)
    }
    var vectors = (0..<2 * width * height).map { Float(bitPattern: word(3 + $0)) }
    var known = [UInt8](repeating: 1, count: width * height)
    for pixel in known.indices {
      let isKnown = [0, 1].allSatisfy { vectors[2 * pixel + $0].magnitude <= Middlebury.greatestKnown }
      if !isKnown { (known[pixel], vectors[2 * pixel], vectors[2 * pixel + 1]) = (0, 0, 0) }
    }
    self.init(height: height, width: width, vectors: vectors, knownWhere: known)
  }

  private func middlebury() -> [UInt8] {
    var bytes = Middlebury.tag
    bytes.reserveCapacity(Middlebury.headerBytes + 4 * vectors.count)
    func append(_ word: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    append(UInt32(width))
    append(UInt32(height))
    for (index, value) in vectors.enumerated() {
      append((isKnown(index / 2) ? value : Middlebury.unknown).bitPattern)
    }
    return bytes
  }
}

/// 16-bit RGB: dx and dy as 64·d + 2¹⁵, then 1 where the displacement is known.
private enum KITTI {
  static let scale: Float = 64
  static let zero: Float = 32768
}

extension FlowField {
  fileprivate init(kitti bytes: [UInt8], path: String) throws(FlowFileError) {
    let image: Image16
    do { image = try Image16(encoded: bytes, path: path) } catch { throw .file(error) }
    // The header's chunk comes first: bit depth and colour type are its ninth and tenth byte.
    guard bytes[24] == 16, image.channels == 3 else {
      throw .unsupported(path: path, reason: "KITTI's PNG has three channels of 16 bits")
    }
    let pixels = 0..<image.width * image.height
    let known = pixels.map { UInt8(image.pixels[3 * $0 + 2] == 0 ? 0 : 1) }
    let vectors = pixels.flatMap { pixel in
      [0, 1].map { known[pixel] == 0 ? 0 : (Float(image.pixels[3 * pixel + $0]) - KITTI.zero) / KITTI.scale }
    }
    self.init(height: image.height, width: image.width, vectors: vectors, knownWhere: known)
  }

  private func kitti(path: String) throws(FlowFileError) -> Image16 {
    var pixels = [UInt16](repeating: 0, count: 3 * width * height)
    for pixel in 0..<width * height where isKnown(pixel) {
      for axis in 0..<2 {
        let value = (vectors[2 * pixel + axis] * KITTI.scale + KITTI.zero).rounded()
        guard let sample = UInt16(exactly: value) else {
          throw .tooLong(path: path, x: pixel % width, y: pixel / width)
        }
        pixels[3 * pixel + axis] = sample
      }
      pixels[3 * pixel + 2] = 1
    }
    return Image16(height: height, width: width, channels: 3, pixels: pixels)
  }

  private init(height: Int, width: Int, vectors: [Float], knownWhere known: [UInt8]) {
    let isWhole = !known.contains(0)
    self.init(
      height: height, width: width, vectors: vectors,
      known: isWhole ? nil : Mask(height: height, width: width, values: known))
  }
}
