import CKernels
import Foundation
import Tensor

/// The threads of all data loaders. Where the process ends while they work, the samples in work are waited for, and no
/// others begun: the libraries that the threads compute with are taken apart on the way out.
final class LoadingThreads: @unchecked Sendable {
  static let all = LoadingThreads()

  /// Guards what follows.
  private let condition = NSCondition()
  private var working: Set<Thread> = []
  private var isPaused = false

  private init() {
    ck_pause_at_exit({ LoadingThreads.all.pause() }, { LoadingThreads.all.resume() })
  }

  /// Starts a thread that outlives the call; the caller's may end the process.
  func start(_ body: @escaping @Sendable () -> Void) {
    ck_thread_may_exit()
    let thread = Thread { Threads.serially(body) }
    thread.name = "data loader"
    thread.start()
  }

  /// Runs what a thread does for a sample.
  func work<Value>(_ body: () throws -> Value) rethrows -> Value {
    let thread = Thread.current
    locked {
      while isPaused { condition.wait() }
      working.insert(thread)
    }
    defer { locked { _ = working.remove(thread) } }
    return try body()
  }

  /// Waits for the samples in work, but not for one that takes longer than a second: that can't hold up the end.
  private func pause() {
    let deadline = Date(timeIntervalSinceNow: 1)
    // A sample that ends the process itself comes to no other end.
    let own: Set = [Thread.current]
    locked {
      isPaused = true
      while !working.isSubset(of: own) && condition.wait(until: deadline) {}
    }
  }

  private func resume() { locked { isPaused = false } }

  private func locked<Value>(_ body: () -> Value) -> Value {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return body()
  }
}
