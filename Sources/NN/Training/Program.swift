import Foundation
import Synchronization

/// The process that a training program or a script runs in: what Ctrl-C does to it, and what it says.
///
/// Once prepared, Ctrl-C (SIGINT) ends a program at once with the exit status 130, SIGTERM with 143; but what stands in
/// `deferringInterrupts { … }`, as a training run does, comes to an end first.
public enum Program {
  // All that a signal's handler touches.
  private static let received = Atomic<Int32>(0)
  private static let deferrals = Atomic<Int>(0)
  private static let lastWord = Atomic<UInt>(0)  // the address of a text

  /// To be called first: catches SIGINT and SIGTERM; from now on neither a standard stream that is closed nor one on a
  /// full disk stops the program. `line` is what an interrupt makes it say.
  public static func prepare(ifInterrupted line: String? = nil) {
    openStandardStreams()
    signal(SIGPIPE, SIG_IGN)
    if let line { sayIfInterrupted(line) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        let isFirst = Program.received.exchange(number, ordering: .sequentiallyConsistent) == 0
        if !isFirst || Program.deferrals.load(ordering: .sequentiallyConsistent) == 0 { Program.end(number) }
      }
    }
    // A program started from a thread that blocks signals, as Dispatch's do, inherits that.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// A path whatever folder the program runs in.
  public static func absolutePath(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

  /// What an interrupt makes the program say from now on.
  public static func sayIfInterrupted(_ line: String) {
    // The line before is not freed: a handler may be reading it.
    lastWord.store(UInt(bitPattern: strdup(line + "\n")), ordering: .sequentiallyConsistent)
  }

  /// Whether a signal has come that is deferred.
  public static var isInterrupted: Bool { received.load(ordering: .relaxed) != 0 }

  /// As though SIGTERM had come.
  static func interrupt() {
    _ = received.compareExchange(expected: 0, desired: SIGTERM, ordering: .sequentiallyConsistent)
  }

  /// Throws an `Interruption` where a signal has come that is deferred: for a long loop inside `deferringInterrupts`.
  public static func checkInterruption() throws(Interruption) {
    if isInterrupted { throw Interruption() }
  }

  /// Runs `body` to its end, which it should find soon once `isInterrupted`; the signal then takes effect, unless `body`
  /// threw. A second signal does not wait.
  public static func deferringInterrupts<Result>(_ body: () throws -> Result) rethrows -> Result {
    deferrals.add(1, ordering: .sequentiallyConsistent)
    let result: Result
    do {
      result = try body()
    } catch {
      deferrals.subtract(1, ordering: .sequentiallyConsistent)
      throw error
    }
    let isOutermost = deferrals.subtract(1, ordering: .sequentiallyConsistent).newValue == 0
    let number = received.load(ordering: .sequentiallyConsistent)
    if isOutermost && number != 0 {
      fflush(nil)
      end(number)
    }
    return result
  }

  /// Nothing but what a signal's handler may do.
  private static func end(_ number: Int32) -> Never {
    let word = UnsafePointer<CChar>(bitPattern: lastWord.load(ordering: .sequentiallyConsistent))
    if let word { _ = write(1, word, strlen(word)) }
    _exit(128 + number)
  }

  private static let silence = Atomic<Bool>(false)

  /// Whether `report` and progress bars say nothing: of several processes that do one work, the first alone speaks.
  public static var isSilent: Bool {
    get { silence.load(ordering: .relaxed) }
    set { silence.store(newValue, ordering: .relaxed) }
  }

  /// Prints a line at once, also where the output is a file.
  public static func report(_ line: String) {
    if isSilent { return }
    print(line)
    fflush(nil)
  }

  /// Writes a line to standard error, such as what was left out. What can't be written is lost.
  public static func warn(_ line: String) { showProgress(line + "\n") }

  /// Writes to standard error. What can't be written is lost.
  static func showProgress(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Otherwise the next file opened would take the place of a stream that is closed, and get what is said there.
  private static func openStandardStreams() {
    for stream in Int32(0)...2 where fcntl(stream, F_GETFD) < 0 {
      _ = open("/dev/null", stream == 0 ? O_RDONLY : O_WRONLY)
    }
  }
}

/// Ctrl-C or SIGTERM, met within `Program.deferringInterrupts`.
public struct Interruption: Error, CustomStringConvertible, Sendable {
  /// One word.
  public var description: String { "interrupted" }
}
