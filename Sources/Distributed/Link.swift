import Foundation
import Synchronization
import Tensor

/// What connects this process to the others.
final class Link: @unchecked Sendable {
  let mpi: MPI
  let rank: Int
  let size: Int
  /// Where numbers go, where gradients do, which may be under way meanwhile, and where alarms do.
  let numbers: MPI.Handle, gradients: MPI.Handle, alarms: MPI.Handle
  /// Where the processes run, once that is known.
  var peers: [Peer] = []
  /// Whether the others are lost: then there is nobody to say goodbye to.
  let isBroken = Atomic<Bool>(false)

  init(_ mpi: MPI, rank: Int, size: Int) throws(CommunicationError) {
    (self.mpi, self.rank, self.size) = (mpi, rank, size)
    numbers = try mpi.duplicate()
    gradients = try mpi.duplicate()
    alarms = try mpi.duplicate()
  }

  /// The ranks of processes on this host that no longer run.
  fileprivate var dead: Set<Int> {
    guard peers.count == size else { return [] }
    return Set(
      peers.indices.filter {
        peers[$0].processSpace == peers[rank].processSpace && kill(peers[$0].process, 0) != 0
          && errno == ESRCH
      })
  }
}

/// Where a process runs.
struct Peer: Codable, Equatable {
  let host: String
  let process: pid_t
  /// Where that number means this process.
  let processSpace: String
  /// The processors it may run on.
  let processors: [Int]

  static var own: Peer {
    var name = [UInt8](repeating: 0, count: 256)
    name.withUnsafeMutableBytes { _ = gethostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), 255) }
    let host = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    return Peer(
      host: host, process: getpid(), processSpace: "\(host) \(space ?? "")",
      processors: Threads.processors())
  }
}

extension Communicator {
  /// Waits until a request is complete. A process on this host that dies, or one that does not come within the time limit,
  /// is an error in the lowest rank that waits.
  func wait(for request: Request, _ what: @autoclosure () -> String, isLimited: Bool = true) throws {
    guard let link else { return }
    var request = request
    let start = ContinuousClock.now
    var round = 0
    while try !link.mpi.isComplete(&request) {
      round += 1
      guard round % 32 == 0 else { continue }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      // At first the answer is a matter of microseconds. Later on, processors are left to whom they may help.
      if seconds < 0.02 {
        sched_yield()
        continue
      }
      usleep(200)
      guard round % 1024 == 0 else { continue }
      let isLate = isLimited && seconds > timeLimit
      if try isLate || !link.dead.isEmpty || link.hasAlarm() {
        try link.raiseAlarm(waitingFor: what(), place: place, seconds: seconds)
      }
    }
  }
}

extension Link {
  private static let alarmLength = 512

  /// Whether another process has found that somebody is missing.
  fileprivate func hasAlarm() throws -> Bool {
    for other in 0..<size where other != rank {
      if try mpi.hasMessage(from: other, alarms) { return true }
    }
    return false
  }

  /// Finds out who is missing: tells all others what this process waits for, and listens for a while what they do. Throws
  /// what there is to say in the lowest rank that is here; the others wait for that to end the job.
  fileprivate func raiseAlarm(waitingFor what: String, place: String, seconds: Double) throws -> Never {
    isBroken.store(true, ordering: .relaxed)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.alarmLength, alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.copyBytes(from: what.utf8.prefix(Self.alarmLength - 1))
    let dead = dead
    let others = (0..<size).filter { $0 != rank && !dead.contains($0) }
    for other in others { _ = try mpi.startSend(memory.baseAddress!, Self.alarmLength, to: other, alarms) }

    var heard = [rank: what]
    // A launcher that has seen a process die ends the others within a second.
    let end = ContinuousClock.now + (dead.isEmpty ? .seconds(2) : .milliseconds(300))
    while heard.count <= others.count && ContinuousClock.now < end {
      for other in others where heard[other] == nil {
        guard try mpi.hasMessage(from: other, alarms) else { continue }
        var text = [UInt8](repeating: 0, count: Self.alarmLength)
        try text.withUnsafeMutableBytes {
          try mpi.take($0.baseAddress!, Self.alarmLength, from: other, alarms)
        }
        heard[other] = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      usleep(1000)
    }
    let isSpeaker = heard.keys.min()! == rank
    let patience = ContinuousClock.now + .seconds(10)
    while !isSpeaker && ContinuousClock.now < patience { usleep(10_000) }
    let lost = (0..<size).filter { heard[$0] == nil }
    if lost.isEmpty { throw CommunicationError.divided(heard) }
    throw CommunicationError.lost(
      lost.map { .init(rank: $0, isDead: dead.contains($0), seconds: seconds) }, of: size, what: what,
      place: place)
  }
}
