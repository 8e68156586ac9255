import Foundation
import Tensor

/// A file of NumPy's: one array (`.npy`), or an archive of arrays by name (`.npz`), compressed or not.
///
/// Floats of 16, 32 and 64 bits, integers of any width and truth values are taken over, in either byte order, row by row
/// or column by column. What else there is, such as structured types and Python's objects, is listed and fails where it
/// is asked for. The file is mapped, and an array copied out of it when it is asked for.
///
/// ```swift
/// let file = try NumPyFile(contentsOf: URL(filePath: "features.npz"))
/// let features = try file.tensor("features")
/// let labels = try NumPyFile.read(URL(filePath: "labels.npy"))
/// try NumPyFile.write(features.mean(axis: 0), to: URL(filePath: "mean.npy"))
/// ```
public struct NumPyFile: Sendable {
  /// An array of the file.
  public struct Entry: Sendable {
    /// The name in the archive; of a `.npy` file the file's own, without its extension.
    public let name: String
    /// The name of the element type: `float32`, `int64`, …, or, where there is no counterpart here, NumPy's code for it.
    public var type: String { header.type.map { "\($0.type)" } ?? header.descriptor }
    /// The sizes of the axes.
    public var sizes: [Int] { header.sizes }
    /// Bits per element; nil where the type is unknown.
    var bits: Int? { header.type?.type.bits }
    fileprivate let header: NumPyHeader
    /// Where the array lies in an archive.
    fileprivate let place: ZipArchive.Entry?
  }

  /// The arrays, in the order of the file.
  public let arrays: [Entry]

  private let file: String
  private let data: Data

  /// Opens a file and reads what it lists, but no elements. Throws a `CheckpointError`.
  public init(contentsOf url: URL) throws {
    (file, data) = (url.path, try Data(mapping: url))
    do {
      arrays = try data.withUnsafeBytes {
        try Self.arrays($0, name: url.deletingPathExtension().lastPathComponent)
      }
    } catch let error as MalformedFile {
      throw CheckpointError.malformed(file: url.path, format: "NumPy", reason: error.reason)
    }
  }

  /// The array of a `.npy` file, or the only one of an archive: `images.npy` as a tensor. Throws a `CheckpointError`.
  public static func read(_ url: URL) throws -> Tensor {
    let file = try NumPyFile(contentsOf: url)
    guard file.arrays.count == 1 else {
      throw CheckpointError.unreadable(
        file: url.path, reason: "it holds \(file.arrays.count) arrays, not one")
    }
    return try file.tensor(file.arrays[0])
  }

  private static func arrays(_ bytes: UnsafeRawBufferPointer, name: String) throws -> [Entry] {
    if bytes.starts(with: NumPyHeader.magic) {
      return [Entry(name: name, header: try NumPyHeader(bytes), place: nil)]
    }
    guard ZipArchive.isOne(bytes) else {
      throw MalformedFile(reason: "it starts neither as an array nor as an archive")
    }
    return try ZipArchive(bytes).entries.filter { $0.name.hasSuffix(".npy") }.map { place in
      let name = String(place.name.dropLast(".npy".count))
      do {
        let header = try place.withContent(in: bytes, limit: NumPyHeader.longest) { try NumPyHeader($0) }
        return Entry(name: name, header: header, place: place)
      } catch let error as MalformedFile {
        throw MalformedFile(reason: "array '\(name)': \(error.reason)")
      }
    }
  }

  /// The array of a name. Throws a `CheckpointError`, also where there is none.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = arrays.last(where: { $0.name == name }) else {
      throw CheckpointError.mismatch(file: file, missing: [name], unexpected: [], misshapen: [])
    }
    return try tensor(entry)
  }

  /// One of the file's arrays: `float16` as `float32`, integers but `uint8` as `int32`. Throws a `CheckpointError` where its
  /// type has no counterpart here, where an integer is beyond 32 bits, or where the array is damaged.
  public func tensor(_ entry: Entry) throws -> Tensor {
    do {
      return try data.withUnsafeBytes { bytes in
        guard let place = entry.place else { return try Self.tensor(entry.header, bytes) }
        return try place.withContent(in: bytes) { try Self.tensor(entry.header, $0) }
      }
    } catch SafeTensorsType.Unfit.unsupported {
      throw CheckpointError.unsupported(file: file, tensor: entry.name, dtype: entry.type)
    } catch SafeTensorsType.Unfit.reason(let reason) {
      throw CheckpointError.unfit(file: file, tensor: entry.name, reason: reason)
    } catch let error as MalformedFile {
      throw CheckpointError.unfit(file: file, tensor: entry.name, reason: error.reason)
    }
  }

  private static func tensor(_ header: NumPyHeader, _ bytes: UnsafeRawBufferPointer) throws -> Tensor {
    guard let (type, isBigEndian) = header.type else { throw SafeTensorsType.Unfit.unsupported }
    let elements = UnsafeRawBufferPointer(rebasing: bytes[header.length...])
    let expected = header.sizes.elementCount.map { $0.multipliedReportingOverflow(by: type.bits / 8) }
    guard let expected, !expected.overflow, expected.partialValue == elements.count else {
      throw MalformedFile(reason: "\(elements.count) bytes of \(type) for the sizes \(header.sizes)")
    }
    let sizes = header.isFortranOrder ? header.sizes.reversed() : header.sizes
    let tensor =
      isBigEndian
      ? try swapped(elements, type.bits / 8).withUnsafeBytes { try type.tensor($0, sizes) }
      : try type.tensor(elements, sizes)
    return header.isFortranOrder ? tensor.permuted((0..<tensor.rank).reversed()) : tensor
  }

  /// Elements of some bytes each, the other way round.
  private static func swapped(_ elements: UnsafeRawBufferPointer, _ size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: elements.count) { buffer, count in
      for start in stride(from: 0, to: elements.count, by: size) {
        for byte in 0..<size { buffer[start + byte] = elements[start + size - 1 - byte] }
      }
      count = elements.count
    }
  }
}

extension [Int] {
  /// The number of elements of an array of these sizes; nil where it is beyond what can be counted.
  var elementCount: Int? {
    if contains(0) { return 0 }
    return reduce(1) { count, size in
      guard let (product, overflow) = count?.multipliedReportingOverflow(by: size), !overflow else {
        return nil
      }
      return product
    }
  }
}
