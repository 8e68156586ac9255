import Dispatch
import Synchronization

/// A value that another thread makes while this one goes on.
final class Future<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let isDone = DispatchGroup()

  /// Begins at once.
  init(_ make: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global().async(group: isDone) { [self] in
      let made = Result { try make() }
      result.withLock { $0 = made }
    }
  }

  /// The value, once it is there; throws what making it threw.
  var value: Value {
    get throws {
      isDone.wait()
      return try result.withLock { $0! }.get()
    }
  }
}
