extension String {
  /// The text as one line of a message: line breaks and other control characters, as names in a file may have them, are
  /// spelled out, and of a long text the beginning and the end are kept.
  package var onOneLine: String {
    let longest = 1000
    let text = utf8.count <= 4 * longest ? self : "\(prefix(longest)) … \(suffix(longest))"
    return text.unicodeScalars.reduce(into: "") { line, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
      default: line.unicodeScalars.append(scalar)
      }
    }
  }
}
