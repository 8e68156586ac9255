import Foundation
import NN
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
  /// What others have told that they wait for, when somebody was missing, and when a signal had come.
  private var alarmed: [Int: String] = [:], ending: [Int: String] = [:]
  private var hasToldEnd = false

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
    var next = start + .milliseconds(20)
    while try !link.mpi.isComplete(&request) {
      let now = ContinuousClock.now
      // At first the answer is a matter of microseconds. Later on, processors are left to whom they may help.
      if now - start < .microseconds(200) { continue }
      if now - start < .milliseconds(20) {
        sched_yield()
        continue
      }
      usleep(200)
      guard now > next else { continue }
      next = now + .milliseconds(10)
      let seconds = (now - start) / .seconds(1)
      try link.listen()
      if isLimited && seconds > timeLimit || link.hasAlarm || !link.dead.isEmpty {
        try link.raiseAlarm(waitingFor: what(), place: place, seconds: seconds)
      }
      if Program.isInterrupted { try link.tellEnd(waitingFor: what(), place: place) }
    }
  }
}

// What processes tell each other when something is wrong: a byte for its kind, and what the sender waits for.
extension Link {
  private static let length = 512

  private enum Kind: UInt8 {
    /// Somebody is missing, and the job is to end.
    case alarm = 1
    /// A signal says that the job is to end.
    case end
  }

  private func send(_ kind: Kind, _ text: String, to others: [Int]) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.length, alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.copyBytes(from: [kind.rawValue] + text.utf8.prefix(Self.length - 2))
    for other in others { _ = try mpi.startSend(memory.baseAddress!, Self.length, to: other, alarms) }
  }

  /// Takes what others have told.
  fileprivate func listen() throws {
    while let other = try mpi.sender(alarms) {
      var message = [UInt8](repeating: 0, count: Self.length)
      try message.withUnsafeMutableBytes {
        try mpi.take($0.baseAddress!, Self.length, from: other, alarms)
      }
      let text = String(decoding: message.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
      if message[0] == Kind.alarm.rawValue { alarmed[other] = text } else { ending[other] = text }
    }
  }

  /// Whether another process has found that somebody is missing.
  fileprivate var hasAlarm: Bool { !alarmed.isEmpty }

  /// Tells all others what this process waits for, listens for a while what they do, and says who is not heard of.
  private func missing(
    _ kind: Kind, _ what: String, for time: Duration, heard: () -> [Int: String]
  ) throws -> [Int] {
    let dead = dead
    let others = (0..<size).filter { $0 != rank && !dead.contains($0) }
    try send(kind, what, to: others)
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      try listen()
      if others.allSatisfy({ heard()[$0] != nil }) { break }
      usleep(1000)
    }
    return (0..<size).filter { $0 != rank && heard()[$0] == nil }
  }

  /// Finds out who is missing. Throws what there is to say in the lowest rank that is here; the others wait for that to end
  /// the job.
  fileprivate func raiseAlarm(waitingFor what: String, place: String, seconds: Double) throws -> Never {
    isBroken.store(true, ordering: .relaxed)
    // A launcher that has seen a process die ends the others within a second.
    let lost = try missing(
      .alarm, what, for: dead.isEmpty ? .seconds(2) : .milliseconds(200), heard: { alarmed })
    let patience = ContinuousClock.now + .seconds(10)
    while alarmed.keys.contains(where: { $0 < rank }) && ContinuousClock.now < patience { usleep(10_000) }
    if lost.isEmpty { throw CommunicationError.divided(alarmed.merging([rank: what]) { $1 }) }
    let dead = dead
    throw CommunicationError.lost(
      lost.map { .init(rank: $0, isDead: dead.contains($0), seconds: seconds) }, of: size, what: what,
      place: place)
  }

  /// Where a launcher ends the job for what happened on another host, says once whom this and others wait for. Where it is
  /// the user who does, all come, and end.
  fileprivate func tellEnd(waitingFor what: String, place: String) throws {
    guard !hasToldEnd else { return }
    hasToldEnd = true
    let lost = try missing(.end, what, for: .milliseconds(300), heard: { ending })
    guard !lost.isEmpty, !ending.keys.contains(where: { $0 < rank }) else { return }
    Program.warn(
      "told to end; " + lost.map { "rank \($0)" }.joined(separator: ", ") + " of \(size) has not come, "
        + "the others wait for \(what)\(place.isEmpty ? "" : " at \(place)")")
  }
}
