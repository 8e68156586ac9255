import Tensor

extension SafeTensors {
  /// The tensor of a name; setting it to nil takes it out.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

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
      for (name, tensor) in tensors where name.hasPrefix(prefix + ".") {
        let short = String(name.dropFirst(prefix.count + 1))
        part.tensors[short] = tensor
        if wideIntegers.contains(name) { part.wideIntegers.insert(short) }
      }
      return part
    }
    set {
      for name in tensors.keys where name.hasPrefix(prefix + ".") {
        tensors[name] = nil
        wideIntegers.remove(name)
      }
      for (name, tensor) in newValue.tensors { tensors["\(prefix).\(name)"] = tensor }
      wideIntegers.formUnion(newValue.wideIntegers.map { "\(prefix).\($0)" })
    }
  }
}
