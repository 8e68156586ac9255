import Tensor

/// Why a checkpoint could not be read, written or taken over; the description is one line that starts with the file.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// The file cannot be created, written or renamed.
  case unwritable(file: String, reason: String)
  /// The file ends before its header, or before a tensor, does.
  case truncated(file: String, reason: String)
  /// The header is not what the format asks for.
  case malformed(file: String, format: String = "safetensors", reason: String)
  /// An element type that has no counterpart here.
  case unsupported(file: String, tensor: String, dtype: String)
  /// A tensor's values cannot be taken over as they are.
  case unfit(file: String, tensor: String, reason: String)
  /// The tensors are not those of the module, or of the optimiser, that is to take them over.
  case mismatch(file: String, missing: [String], unexpected: [String], misshapen: [String])

  /// One clear line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
    case .truncated(let file, let reason): "\(file): truncated: \(reason)"
    case .malformed(let file, let format, let reason): "\(file): not a valid \(format) file: \(reason)"
    case .unsupported(let file, let tensor, let dtype):
      "\(file): tensor '\(tensor)' has the element type \(dtype), which is not supported"
    case .unfit(let file, let tensor, let reason): "\(file): tensor '\(tensor)': \(reason)"
    case .mismatch(let file, let missing, let unexpected, let misshapen):
      "\(file): does not fit: "
        + [("missing", missing), ("unexpected", unexpected), ("of another shape", misshapen)]
        .filter { !$1.isEmpty }.map { "\($0): \(Self.few($1))" }.joined(separator: "; ")
    }
  }

  /// The first names of a list that may be a whole network's.
  private static func few(_ names: [String]) -> String {
    let shown = names.count > 4 ? Array(names.prefix(3)) : names
    let rest = names.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
