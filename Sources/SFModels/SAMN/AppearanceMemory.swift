/// What SAMN remembers of the target's looks: the first frame, frames in between, and always the last (SAMN, §IV-A and
/// §IV-C). Of those in between it holds so many at most and forgets the oldest, where the released code keeps all: reading
/// takes time in proportion.
struct AppearanceMemory: Sendable {
  private let first: MemorizedFrame
  private var between: [MemorizedFrame] = []
  private var last: MemorizedFrame?
  private let capacity: Int

  /// A memory of the first frame, and of so many frames at most in all.
  init(_ first: MemorizedFrame, capacity: Int) { (self.first, self.capacity) = (first, max(capacity, 2)) }

  /// All that is remembered.
  var frames: [MemorizedFrame] { [first] + between + (last.map { [$0] } ?? []) }

  /// Takes in the last frame, for good where it is kept.
  mutating func remember(_ frame: MemorizedFrame, isKept: Bool) {
    last = isKept ? nil : frame
    between += isKept ? [frame] : []
    // Room for the first and for a last one.
    between = between.suffix(capacity - 2 + (isKept ? 1 : 0))
  }
}
