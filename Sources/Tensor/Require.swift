/// Stops with a message where a condition does not hold, in release builds too: the standard library's `precondition` says
/// nothing there, and shapes that don't fit should be told wherever a script runs.
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}
