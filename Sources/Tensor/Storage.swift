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
