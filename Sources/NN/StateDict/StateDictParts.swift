import Tensor

extension SafeTensors {
  /// The tensors whose names start with `prefix.`, without that; setting them replaces all of these. So several state
  /// dicts lie in one file:
  ///
  /// ```swift
  /// var file = SafeTensors()
  /// file[prefix: "generator"] = generator.stateDict
  /// file[prefix: "critic"] = critic.stateDict
  /// try file.write(to: url)
  /// // and back
  /// try generator.load(file[prefix: "generator"])
  /// ```
  ///
  /// Texts belong to the whole file: a part has none.
  public subscript(prefix prefix: String) -> SafeTensors {
    get {
      var part = SafeTensors()
      for (name, entry) in entries {
        guard let short = name.dropping("\(prefix).") else { continue }
        part.entries[short] = entry
        if wideIntegers.contains(name.text) { part.wideIntegers.insert(short.text) }
      }
      return part
    }
    set {
      for name in entries.keys where name.dropping("\(prefix).") != nil {
        entries[name] = nil
        wideIntegers.remove(name.text)
      }
      for (name, entry) in newValue.entries { entries[ExactName("\(prefix).\(name.text)")] = entry }
      wideIntegers.formUnion(newValue.wideIntegers.map { "\(prefix).\($0)" })
    }
  }
}

extension SafeTensors {
  /// The tensors under other names, as `renaming` gives them; nil leaves one out. Throws a `CheckpointError` that starts
  /// with `name` where two would get one name.
  public func renamed(
    named name: String = "state dict", _ renaming: (String) -> String?
  ) throws(CheckpointError) -> SafeTensors {
    var result = SafeTensors(metadata: metadata)
    var sources: [ExactName: String] = [:]
    for (old, entry) in entries.sorted(by: { $0.key < $1.key }) {
      guard let new = renaming(old.text).map(ExactName.init) else { continue }
      if let other = sources.updateValue(old.text, forKey: new) {
        throw .unfit(file: name, tensor: old.text, reason: "renamed to '\(new.text)', as '\(other)' is")
      }
      result.entries[new] = entry
      if wideIntegers.contains(old.text) { result.wideIntegers.insert(new.text) }
    }
    return result
  }
}

extension ExactName {
  /// What is behind a prefix, or nil where this does not start with it.
  fileprivate func dropping(_ prefix: String) -> ExactName? {
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    return ExactName(String(text.utf8.dropFirst(prefix.utf8.count))!)
  }
}
