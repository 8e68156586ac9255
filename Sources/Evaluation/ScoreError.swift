/// Why there is no score; the description is one line.
public enum ScoreError: Error, Equatable, CustomStringConvertible {
  /// The measure leaves out the first frame and the last, and no other is left.
  case tooFewFrames(Int, needed: Int)

  /// One clear line.
  public var description: String {
    switch self {
    case .tooFewFrames(let count, let needed):
      "a sequence of \(count) frame\(count == 1 ? "" : "s") has no score: at least \(needed) are needed"
        + (needed > 1 ? ", since the first and the last don't count" : "")
    }
  }
}
