import CKernels

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
