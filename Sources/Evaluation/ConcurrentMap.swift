import Dispatch
import Synchronization

/// The results of some independent pieces of work, on all CPUs; the first error is thrown.
package func concurrentMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Result) throws
  -> [Result]
{
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = Swift.Result { try body(index) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { try $0.map { try $0!.get() } }
}
