import CKernels

/// A block of memory from the caching allocator, given back when the last tensor lets go of it.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int

  init(byteCount: Int) {
    self.byteCount = byteCount
    guard let pointer = ck_allocate(Swift.max(byteCount, 1)) else {
      fatalError("out of memory: \(byteCount) bytes for a tensor")
    }
    self.pointer = pointer
  }

  deinit { ck_deallocate(pointer, Swift.max(byteCount, 1)) }
}

/// The memory that tensors hold, and what the allocator keeps for reuse.
public struct Memory: Sendable {
  /// Blocks in use.
  public let liveBlocks: Int
  /// Bytes in use.
  public let liveBytes: Int
  /// The most bytes ever in use at once since the start or `resetPeak`.
  public let peakBytes: Int
  /// Bytes kept for reuse.
  public let cachedBytes: Int

  /// The figures of this moment, over all threads.
  public static var now: Memory {
    let memory = ck_memory_now()
    return Memory(
      liveBlocks: Int(memory.live_blocks), liveBytes: Int(memory.live_bytes),
      peakBytes: Int(memory.peak_bytes), cachedBytes: Int(memory.cached_bytes))
  }

  /// Gives the blocks kept for reuse back to the system.
  public static func trim() { ck_trim() }

  /// Bounds the bytes kept for reuse; half of the machine's memory unless set.
  public static func setCacheLimit(bytes: Int) { ck_set_cache_limit(bytes) }

  /// Starts `peakBytes` anew from the bytes now in use.
  public static func resetPeak() { ck_reset_peak() }
}

/// The threads that kernels use.
public enum Threads {
  /// How many; from `OMP_NUM_THREADS`, otherwise the number of CPUs. At least one, and eight for each CPU at most.
  public static var count: Int {
    get { Int(ck_thread_count()) }
    set { ck_set_thread_count(Int32(clamping: newValue)) }
  }

  /// Keeps the kernels that the calling thread runs to this thread from now on: for one that works beside the
  /// training thread, a data loader's, which would otherwise take the pool from it.
  public static func keepCurrentSerial() { ck_keep_thread_serial() }
}
