/// Why processes can't work together, or no longer; the description is one line.
public enum CommunicationError: Error, CustomStringConvertible, Sendable {
  /// A launcher has started several processes, and Open MPI's library is not there; what the loader said.
  case missing(String)
  /// The library is another MPI's, which lacks a symbol.
  case foreign(symbol: String)
  /// The launcher has started other processes than the library knows.
  case foreignLauncher(started: Int, known: Int)
  /// A call failed, and what MPI says of it.
  case failed(String, String)
  /// Processes died, or did not come in time; which, what they were waited for, and where the program stood.
  case lost([Lost], of: Int, what: String, place: String)
  /// The processes wait for different things: what, by rank.
  case divided([Int: String])
  /// The processes are to exchange something that is not the same in all.
  case disagreement(String)

  /// A process that did not come.
  public struct Lost: Sendable, Equatable {
    /// Which.
    public let rank: Int
    /// Whether it has died; otherwise it hangs, or is too slow.
    public let isDead: Bool
    /// For how many seconds it was waited for.
    public let seconds: Double
  }

  /// One clear line.
  public var description: String {
    switch self {
    case .missing(let reason):
      "a launcher started several processes, and they need Open MPI (Debian's package openmpi-bin): \(reason)"
    case .foreign(let symbol):
      "the MPI that was found is not Open MPI, version 4 or newer: it has no \(symbol)"
    case .foreignLauncher(let started, let known):
      "the launcher started \(started) processes, of which Open MPI knows \(known): use Open MPI's own mpirun"
    case .failed(let call, let reason): "\(call) failed: \(reason)"
    case .lost(let lost, let size, let what, let place):
      lost.map { $0.text(of: size) }.joined(separator: ", ")
        + "; the others waited for \(what)\(place.isEmpty ? "" : " at \(place)")"
    case .divided(let waits):
      "the processes wait for different things: "
        + waits.sorted { $0.key < $1.key }.map { "rank \($0) for \($1)" }.joined(separator: ", ")
    case .disagreement(let what): "the processes differ in \(what)"
    }
  }
}

extension CommunicationError.Lost {
  fileprivate func text(of size: Int) -> String {
    "rank \(rank) of \(size) " + (isDead ? "died" : "did not come for \(Int(seconds.rounded())) s")
  }
}
