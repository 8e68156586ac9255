import Synchronization

/// What is read from files when it is first asked for, and then kept.
final class ReadOnce<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func callAsFunction(_ read: () throws -> Value) rethrows -> Value {
    try value.withLock { value in
      if let value { return value }
      let found = try read()
      value = found
      return found
    }
  }
}
