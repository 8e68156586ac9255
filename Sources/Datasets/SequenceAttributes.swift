import Foundation

/// What a benchmark says is difficult about a sequence, from a file `att/SEQUENCE.txt` of zeros and ones: eleven of OTB, twelve
/// of UAV123, fourteen of LaSOT.
public struct SequenceAttributes: Sendable, Equatable {
  /// The attributes that the sequence has, by their benchmark's abbreviations.
  public let names: [String]

  /// Reads a file.
  /// - Throws: `DatasetError`.
  public init(contentsOf url: URL) throws {
    let flags = try TextFile(url).rows("zeros and ones") { _ in true }.flatMap { $0 }
    guard let all = Self.benchmarks.first(where: { $0.count == flags.count }) else {
      throw DatasetError.inaccessible(
        path: url.path,
        reason: "\(flags.count) attributes; benchmarks have 11 (OTB), 12 (UAV123) or 14 (LaSOT)")
    }
    names = zip(all, flags).filter { $1 > 0 }.map(\.0)
  }

  private static let benchmarks = [
    "IV OPR SV OCC DEF MB FM IPR OV BC LR", "SV ARC LR FM FOC POC OV BC IV VC CM SOB",
    "IV POC DEF MB CM ROT BC VC SV FOC FM OV LR ARC",
  ].map { $0.split(separator: " ").map(String.init) }
}
