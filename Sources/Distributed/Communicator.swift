import Foundation
import NN
import Synchronization
import Tensor

/// The processes that `mpirun` started together, and what they exchange.
///
/// ```swift
/// let world = try Communicator.world
/// try model.broadcast(from: 0, in: world)
/// let loader = DataLoader(…, shard: world.shard)
/// let (loss, gradients) = valueWithGradient { … }
/// optimizer.step(try world.averaged(gradients))
/// ```
///
/// A program that was started by itself is a world of one process, where every method returns what it was given, and no
/// MPI is needed. In others, all processes call the same methods in the same order, each from one thread at a time. None
/// waits for another longer than the time limit: the call then throws an error that names who did not come, in the lowest of
/// the ranks that did, while the others wait for its end, which makes `mpirun` end them.
public final class Communicator: ProcessGroup {
  /// All processes, met at the first use.
  /// - Throws: `CommunicationError` where a launcher started several and MPI is missing, or can't connect them.
  public static var world: Communicator { get throws { try shared.get() } }

  private static let shared = Result { try Communicator(environment: ProcessInfo.processInfo.environment) }

  /// Which process this is, from 0.
  public let rank: Int
  /// How many processes there are.
  public let size: Int
  /// What the processes of other ranks are; none in a world of one process.
  let link: Link?
  private let state = Mutex(State())

  private struct State {
    var place = ""
    var timeLimit = 300.0
    var checked: UInt64?
  }

  /// The world that the environment of a launcher speaks of.
  init(environment: [String: String], library names: [String] = MPI.names) throws {
    let started = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains { environment[$0] != nil }
    // Of Open MPI's mpirun, of another's, of Slurm's srun.
    let count = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"].lazy
      .compactMap { environment[$0].flatMap { Int($0) } }.first
    guard started, count != 1 else {
      (rank, size, link) = (0, 1, nil)
      if started { Placement(peers: [.own], rank: 0, environment: environment).apply() }
      return
    }
    let mpi = try MPI(names: names)
    try mpi.start()
    (rank, size) = (try mpi.rank(), try mpi.size())
    if let count, count != size { throw CommunicationError.foreignLauncher(started: count, known: size) }
    let link = try Link(mpi, rank: rank, size: size)
    self.link = link
    if let limit = environment["SFVIDEO_TIME_LIMIT"].flatMap({ Double($0) }), limit > 0 { timeLimit = limit }
    Program.isSilent = rank > 0
    leaveAtExit()
    let peers = try gathered(Peer.own, named: "the processes' hosts")
    link.peers = peers
    Placement(peers: peers, rank: rank, environment: environment).apply()
  }

  /// Has the process leave the job in good order where it ends with success, once all others do; otherwise the launcher ends
  /// the others.
  private func leaveAtExit() {
    on_exit(
      { status, world in
        let world = Unmanaged<Communicator>.fromOpaque(world!).takeUnretainedValue()
        guard status == 0, let link = world.link, !link.isBroken.load(ordering: .relaxed) else { return }
        do {
          try world.barrier()
          link.mpi.finish()
        } catch {
          Program.warn("\(error)")
          fflush(nil)
          _exit(1)
        }
      }, Unmanaged.passRetained(self).toOpaque())
  }

  /// The part of a data set's epochs that is this process's.
  public var shard: Shard { Shard(rank, of: size) }

  /// This process's share of some work: every `size`-th piece.
  public func share<Piece>(of work: [Piece]) -> [Piece] {
    stride(from: rank, to: work.count, by: size).map { work[$0] }
  }

  /// For how many seconds a process waits for the others, where all should be as fast: 300, unless the environment says
  /// otherwise by `SFVIDEO_TIME_LIMIT`.
  public var timeLimit: Double {
    get { state.withLock { $0.timeLimit } }
    set { state.withLock { $0.timeLimit = newValue } }
  }

  /// How far the program is, for messages.
  public var place: String {
    get { state.withLock { $0.place } }
    set { state.withLock { $0.place = newValue } }
  }

  /// The sums of numbers over the processes, the same bits in each; `what` they are of is for messages.
  public func sums(_ values: [Double], of what: String) throws -> [Double] {
    guard let link else { return values }
    var sums = values
    try values.withUnsafeBytes { own in
      try sums.withUnsafeMutableBytes { all in
        guard let own = own.baseAddress, let all = all.baseAddress else { return }
        let request = try link.mpi.startAllReduce(
          own, to: all, values.count, link.mpi.float64, link.numbers)
        try wait(for: request, what)
      }
    }
    return sums
  }

  /// Gives every process the tensor of one of them, of the same shape and type.
  public func broadcast(_ tensor: inout Tensor, from root: Int = 0, named name: String = "a tensor") throws {
    guard let link else { return }
    require(0 <= root && root < size, "broadcast: from rank \(root) of \(size)")
    try tensor.withUnsafeMutableBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(1 << 30))
        let request = try link.mpi.startBroadcast(part.baseAddress!, part.count, from: root, link.numbers)
        try wait(for: request, "\(name) of rank \(root)")
        rest = rest.dropFirst(part.count)
      }
    }
  }

  /// The values of all processes, in the order of their ranks. Without a limit, a process that is done waits for the others
  /// however long they work.
  public func gathered<Value: Codable>(
    _ value: Value, named name: String = "results", isLimited: Bool = true
  ) throws -> [Value] {
    guard link != nil else { return [value] }
    // The sizes first; then all as long as the longest.
    let text = [UInt8](try JSONEncoder().encode(value))
    let counts = try gathered(bytes: withUnsafeBytes(of: text.count) { Array($0) }, name, isLimited)
      .map { $0.withUnsafeBytes { $0.loadUnaligned(as: Int.self) } }
    let padded = text + [UInt8](repeating: 0x20, count: counts.max()! - text.count)
    return try gathered(bytes: padded, name, isLimited).map {
      try JSONDecoder().decode(Value.self, from: Data($0))
    }
  }

  /// Waits until all processes are here, however long they work.
  public func barrier(named name: String = "the end of the others' work") throws {
    _ = try gathered(bytes: [0], name, false)
  }

  private func gathered(bytes: [UInt8], _ name: String, _ isLimited: Bool) throws -> [[UInt8]] {
    guard let link else { return [bytes] }
    var all = [UInt8](repeating: 0, count: bytes.count * size)
    all.replaceSubrange(rank * bytes.count..<(rank + 1) * bytes.count, with: bytes)
    try all.withUnsafeMutableBytes { memory in
      let request = try link.mpi.startAllGather(inPlace: memory.baseAddress!, bytes.count, link.numbers)
      try wait(for: request, name, isLimited: isLimited)
    }
    return (0..<size).map { Array(all[$0 * bytes.count..<($0 + 1) * bytes.count]) }
  }

  /// MPI's own sums over the processes, of `float32` or `float64` in place: what ours is measured against.
  package func reduceByMPI(_ tensor: inout Tensor) throws {
    guard let link else { return }
    let (count, type) = (
      tensor.elementCount, tensor.dtype == .float64 ? link.mpi.float64 : link.mpi.float32
    )
    try tensor.withUnsafeMutableBytes { try link.mpi.reduceBlocking(inPlace: $0.baseAddress!, count, type) }
  }

  /// Throws where something is not the same in all processes; one that was found the same last is not looked at again.
  func check(_ text: String, isSameIn what: String) throws {
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    if state.withLock({ $0.checked == hash }) { return }
    let all = try gathered(
      bytes: withUnsafeBytes(of: hash) { Array($0) }, "the comparison of \(what)", true)
    guard Set(all).count == 1 else { throw CommunicationError.disagreement(what) }
    state.withLock { $0.checked = hash }
  }
}
