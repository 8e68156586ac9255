import Foundation
import Synchronization

/// Ctrl-C (SIGINT) or SIGTERM as a question that a training loop asks between steps, so that it can save and end cleanly. A
/// second signal ends the program at once.
public enum Interrupt {
  private static let received = Atomic<Bool>(false)

  /// Catches the signals from now on.
  public static func watch() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        Interrupt.received.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    // A program started from a thread that blocks signals, as Dispatch's do, inherits that.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether a signal has come.
  public static var isRequested: Bool { received.load(ordering: .relaxed) }
}
