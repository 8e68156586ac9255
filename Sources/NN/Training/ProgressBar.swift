import Foundation

/// Progress through a known number of steps on standard error: a bar that redraws itself on a terminal, elsewhere a plain
/// line every ten seconds at most.
public struct ProgressBar {
  private let title: String
  private let count: Int
  private var done: Int
  private let isTerminal = isatty(2) == 1
  private let start = ContinuousClock.now
  private let doneAtStart: Int
  private var lastShown: ContinuousClock.Instant?

  /// Starts at step `done` of `count`.
  public init(_ title: String, count: Int, done: Int = 0) {
    (self.title, self.count, self.done, doneAtStart) = (title, count, done, done)
    show("")
  }

  /// One step further; the note (the loss, say) stands behind the bar.
  public mutating func advance(_ note: String = "") {
    done += 1
    let now = ContinuousClock.now
    if let lastShown, now - lastShown < (isTerminal ? .milliseconds(100) : .seconds(10)) { return }
    lastShown = now
    show(note)
  }

  /// Clears the bar, so that a line of results takes its place.
  public func finish() {
    if isTerminal && !Program.isSilent { Program.showProgress("\r\u{1B}[K") }
  }

  private func show(_ note: String) {
    if Program.isSilent { return }
    let share = count > 0 ? Double(done) / Double(count) : 1
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let steps = done - doneAtStart
    let left = steps > 0 ? elapsed / Double(steps) * Double(count - done) : 0
    let clock = steps > 0 ? String(format: "%d:%02d left", Int(left) / 60, Int(left) % 60) : ""
    if isTerminal {
      let filled = Int(share * 30)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
      Program.showProgress("\r\u{1B}[K\(title) \(bar) \(done)/\(count)  \(clock)  \(note)")
    } else if steps > 0 {
      Program.showProgress("\(title)  \(done)/\(count)  \(clock)  \(note)\n")
    }
  }

}
