import CKernels
import Dispatch
import Synchronization

/// The results of some independent pieces of work, on all CPUs, the kernels of each on one; the first error is thrown. Where
/// kernels keep to one thread, so do these. Nothing is recorded: tensors among the results are constants.
package func concurrentMap<Value: Sendable, Failure: Error>(
  _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
  let wasSerial = ck_set_thread_serial(true)
  defer { _ = ck_set_thread_serial(wasSerial) }
  let results = Mutex([Result<Value, Failure>?](repeating: nil, count: count))
  @Sendable func run(_ index: Int) {
    let result = Tape.with(nil) {
      Threads.serially { Result { () throws(Failure) in try body(index) } }
    }
    results.withLock { $0[index] = result }
  }
  if wasSerial || Threads.count == 1 {
    for index in 0..<count { run(index) }
  } else {
    DispatchQueue.concurrentPerform(iterations: count, execute: run)
  }
  return try results.withLock { $0 }.map { result throws(Failure) in try result!.get() }
}
