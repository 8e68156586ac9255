import Foundation
import Tensor

/// Which processors a process takes, of those that its host lends to the job: the processes of a host share them out, so
/// that none fights another for one.
struct Placement: Equatable {
  /// The processors, ascending; nil where the process stays where its launcher has put it.
  let processors: [Int]?
  /// How many threads compute; nil where the environment says.
  let threads: Int?

  /// - Parameters:
  ///   - peers: all processes, by rank.
  ///   - rank: this one.
  ///   - environment: that of the launcher.
  ///   - lent: the processors of this host that the job may use, cores that share something side by side.
  init(peers: [Peer], rank: Int, environment: [String: String], lent: [Int] = Self.lent()) {
    let isPlacedByUser = ["hwloc_base_binding_policy", "rmaps_base_mapping_policy"].contains {
      environment["OMPI_MCA_\($0)"] != nil
    }
    let neighbours = peers.indices.filter { peers[$0].host == peers[rank].host }
    let own = neighbours.firstIndex(of: rank)!
    let (count, parts) = (lent.count, neighbours.count)
    // Of more processes than processors the system takes care.
    processors =
      isPlacedByUser || count < parts
      ? nil : lent[own * count / parts..<(own + 1) * count / parts].sorted()
    let mine = processors ?? (isPlacedByUser ? peers[rank].processors : [])
    threads = environment["OMP_NUM_THREADS"] == nil ? max(1, mine.count) : nil
  }

  /// Moves the process, with all its threads, there.
  func apply() {
    if let processors { Threads.move(to: processors) }
    if let threads { Threads.count = threads }
  }

  /// Those of the launcher's process, which has put this one on some of them; threads of a core, and cores of a processor,
  /// side by side.
  private static func lent() -> [Int] {
    let launcher = Threads.processors(of: getppid())
    let all = launcher.isEmpty ? Threads.processors() : launcher
    func number(_ processor: Int, _ name: String) -> Int {
      let file = "/sys/devices/system/cpu/cpu\(processor)/topology/\(name)"
      let text = try? String(contentsOfFile: file, encoding: .utf8)
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }
    let places = all.map { (number($0, "physical_package_id"), number($0, "core_id"), $0) }
    return places.sorted { $0 < $1 }.map(\.2)
  }
}
