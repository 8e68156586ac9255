import CKernels

/// The threads that kernels use.
public enum Threads {
  /// How many; from `OMP_NUM_THREADS`, otherwise the number of CPUs. At least one, and eight for each CPU at most.
  public static var count: Int {
    get { Int(ck_thread_count()) }
    set { ck_set_thread_count(Int32(clamping: newValue)) }
  }

  /// Keeps the kernels that a block runs to its own thread: for one that works beside the training thread, a data
  /// loader's, which would otherwise take the pool from it.
  public static func serially<Result>(_ block: () throws -> Result) rethrows -> Result {
    let wasSerial = ck_set_thread_serial(true)
    defer { _ = ck_set_thread_serial(wasSerial) }
    return try block()
  }

  /// The processors that a process, this one unless told otherwise, may run on, ascending; none where the system doesn't say.
  package static func processors(of process: Int32 = 0) -> [Int] {
    var found = [Int32](repeating: 0, count: 1024)
    let count = ck_processors(process, Int32(found.count), &found)
    return found.prefix(Int(count)).map { Int($0) }
  }

  /// Moves this process, with all its threads, to some processors.
  package static func move(to processors: [Int]) {
    ck_set_processors(Int32(processors.count), processors.map { Int32($0) })
  }
}
