import CCodecs
import Foundation
import Synchronization

/// Another program, run beside this one: bytes go to its standard input or come from its standard output, and what it
/// says on standard error is read meanwhile, so that it never waits for a listener. It is killed when the value goes away
/// and when this program exits.
final class ChildProcess {
  private let program: cc_program
  private var isConnected = true
  /// What `waitpid` said, once it has ended.
  private var ending: Int32?
  private var hasErrorsEnded = false
  /// What was read of standard output and is no line yet; of standard error.
  private var text: ArraySlice<UInt8> = []
  private var unfinishedLine: [UInt8] = []
  private let isExpected: (String) -> Bool
  /// The last line of standard error that was not expected.
  private(set) var complaint: String?

  /// Starts a program of the PATH, to be fed or to be read from. `isExpected` takes a line of its standard error, or
  /// tells that it is a complaint. What it writes, if it does, is removed should this program exit before it ends.
  /// - Throws: `VideoError.missingProgram`, or `unreadable` where the system starts no more programs.
  init(
    _ name: String, _ arguments: [String], isFed: Bool, writing file: String = "",
    isExpected: @escaping (String) -> Bool = { _ in false }
  ) throws(VideoError) {
    self.isExpected = isExpected
    var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var program = cc_program()
    let failure = Self.running.withLock { running in
      let failure = cc_program_start(&words, isFed, &program)
      if failure == 0 { running[program.process] = file }
      return failure
    }
    guard failure == 0 else {
      throw failure == ENOENT
        ? .missingProgram(name) : .unreadable(path: name, reason: String(cString: strerror(failure)))
    }
    self.program = program
    _ = Self.killsAtExit
  }

  deinit {
    if ending == nil {
      kill(program.process, SIGKILL)
      _ = end()
    }
    close(program.errors)
  }

  /// Fills a buffer from standard output. Returns how much of it: less where the output ends.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = readSome(into: UnsafeMutableRawBufferPointer(rebasing: rest))
      if count == 0 { break }
      rest = rest.dropFirst(count)
    }
    return buffer.count - rest.count
  }

  /// Reads what is there of standard output; nothing at its end.
  private func readSome(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      guard isReady(for: POLLIN) else { continue }
      let count = Foundation.read(program.stream, buffer.baseAddress, buffer.count)
      if count >= 0 || errno != EINTR { return max(0, count) }
    }
  }

  /// A line of standard output; nil at its end.
  func readLine() -> String? {
    while true {
      if let end = text.firstIndex(of: UInt8(ascii: "\n")) {
        defer { text = text[(end + 1)...] }
        return String(decoding: text[..<end], as: UTF8.self)
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = buffer.withUnsafeMutableBytes { readSome(into: $0) }
      if count == 0 { return nil }
      text += buffer.prefix(count)
    }
  }

  /// Feeds bytes to standard input. Returns whether they were taken.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isConnected else { return false }
    var rest = bytes[...]
    while !rest.isEmpty {
      guard isReady(for: POLLOUT) else { continue }
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let count = send(program.stream, piece.baseAddress, piece.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Ends its input and waits until it ends. Returns whether it then was content; else the complaint says why not.
  func finish() -> Bool {
    disconnect()
    while !hasErrorsEnded { _ = listen() }
    let status = end()
    let signal = status & 0x7F
    if signal != 0 { complaint = "it was killed by signal \(signal)" }
    return status == 0
  }

  private func end() -> Int32 {
    disconnect()
    if let ending { return ending }
    Self.running.withLock { $0[program.process] = nil }
    var status: Int32 = 0
    while waitpid(program.process, &status, 0) < 0 && errno == EINTR {}
    ending = status
    return status
  }

  private func disconnect() {
    if isConnected { close(program.stream) }
    isConnected = false
  }

  /// Waits until the stream is ready or its other end closed, or standard error has been read from.
  private func isReady(for event: Int32) -> Bool {
    var polled = [
      pollfd(fd: program.stream, events: Int16(event), revents: 0),
      pollfd(fd: program.errors, events: Int16(POLLIN), revents: 0),
    ]
    // At the end of standard error only the stream is left to wait for.
    if hasErrorsEnded { polled.removeLast() }
    guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return false }
    if !hasErrorsEnded && polled[1].revents != 0 { _ = listen() }
    return polled[0].revents != 0
  }

  /// Waits for what it says on standard error. False at its end.
  func listen() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var count = -1
    repeat {
      count = Foundation.read(program.errors, &buffer, buffer.count)
    } while count < 0 && errno == EINTR
    hasErrorsEnded = count <= 0
    unfinishedLine += buffer.prefix(max(0, count))
    var lines = unfinishedLine.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    unfinishedLine = hasErrorsEnded ? [] : Array(lines.removeLast())
    for line in lines {
      let text = String(decoding: line, as: UTF8.self)
      if !text.allSatisfy(\.isWhitespace) && !isExpected(text) { complaint = text }
    }
    return !hasErrorsEnded
  }

  /// The programs that run, and what they write.
  private static let running = Mutex<[pid_t: String]>([:])

  private static let killsAtExit: Void = {
    atexit {
      ChildProcess.running.withLock {
        for (process, file) in $0 {
          kill(process, SIGKILL)
          unlink(file)
        }
      }
    }
  }()
}
