/// Why a matrix has no such decomposition, or an equation no solution; the description is one line that
/// starts with the operator. In a batch, one such matrix is enough.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
  /// The matrix has no inverse.
  case singular(operation: String)
  /// The symmetric matrix has an eigenvalue that is not positive.
  case notPositiveDefinite(operation: String)
  /// An element is infinite or NaN.
  case notFinite(operation: String)
  /// The iteration did not come to an end.
  case notConverged(operation: String)

  /// One clear line.
  public var description: String {
    switch self {
    case .singular(let operation): "\(operation): a matrix is singular"
    case .notPositiveDefinite(let operation): "\(operation): a matrix is not positive definite"
    case .notFinite(let operation): "\(operation): a matrix holds infinite or NaN elements"
    case .notConverged(let operation): "\(operation): the iteration did not converge"
    }
  }
}
