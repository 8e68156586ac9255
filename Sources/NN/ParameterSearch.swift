import Tensor

/// The parameters that the stored properties of a value hold, at any depth, with their paths.
///
/// It looks into whatever reflection shows. What holds parameters but gives them no path that lasts (a `Set`, a lazy
/// property) is a programmer's error; what a closure captures can't be seen.
struct ParameterSearch {
  private(set) var found: [(path: String, parameter: Parameter)] = []
  /// The modules on the way, each in front of its parts.
  private(set) var modules: [(path: String, type: any Module.Type)] = []
  // The objects that the search is within: one that is met again is its own part.
  private var surroundings: Set<ObjectIdentifier> = []

  init(in module: any Module) {
    search(module, at: "")
    requireDistinctPaths(of: module)
  }

  private mutating func search(_ value: Any, at path: String) {
    if let module = value as? any Module { modules.append((path, type(of: module))) }
    if let parameter = value as? Parameter {
      let parent = path.split(separator: ".").dropLast().joined(separator: ".")
      found.append((parameter.name.map { join(parent, $0) } ?? path, parameter))
    } else if !isPlain(type(of: value)) {
      searchChildren(of: value, at: path)
    }
  }

  private mutating func searchChildren(of value: Any, at path: String) {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
      if let wrapped = mirror.children.first { search(wrapped.value, at: path) }
    case .dictionary:
      // A dictionary's own order differs from run to run.
      let entries = mirror.children.map { entry in Mirror(reflecting: entry.value).children.map(\.value) }
      for entry in entries.map({ (key: "\($0[0])", value: $0[1]) }).sorted(by: { $0.key < $1.key }) {
        search(entry.value, at: join(path, entry.key))
      }
    case .set:
      let known = found.count
      for element in mirror.children { search(element.value, at: path) }
      require(
        found.count == known,
        "\(path): the parameters in a Set have no order and no names; an array or a dictionary gives them some"
      )
    case .class:
      let identity = ObjectIdentifier(value as AnyObject)
      guard surroundings.insert(identity).inserted else { return }
      searchProperties(mirror, of: value, at: path)
      surroundings.remove(identity)
    default: searchProperties(mirror, of: value, at: path)
    }
  }

  private mutating func searchProperties(_ mirror: Mirror, of value: Any, at path: String) {
    if let ancestor = mirror.superclassMirror { searchProperties(ancestor, of: value, at: path) }
    for (index, child) in mirror.children.enumerated() {
      let label = child.label ?? "\(index)"
      if value is any Module, label.hasPrefix(lazyPrefix), !isPlain(type(of: child.value)) {
        fatalError(
          "\(type(of: value)).\(label.dropFirst(lazyPrefix.count)): parameters in a lazy property are found only "
            + "after its first use; a module makes its parts when it is made")
      }
      // The elements of a tuple are called .0, .1, …
      search(child.value, at: join(path, label.hasPrefix(".") ? String(label.dropFirst()) : label))
    }
  }

  private func requireDistinctPaths(of module: any Module) {
    var known: [String: Parameter] = [:]
    for (path, parameter) in found {
      let first = known.updateValue(parameter, forKey: path)
      require(
        first == nil || first === parameter, "\(type(of: module)): two parameters have the path '\(path)'")
    }
  }
}

/// How reflection names the storage of a lazy property.
private let lazyPrefix = "$__lazy_storage_$_"

/// Whether values of a type (or the elements of a collection of them) hold no parameters, whatever they are: those that
/// are plain bits, text and tensors. So large tables of numbers are passed over as a whole.
private func isPlain(_ type: Any.Type) -> Bool {
  func isPlain<T>(_: T.Type) -> Bool { _isPOD(T.self) }
  func elements<T: Collection>(_: T.Type) -> Any.Type { T.Element.self }
  if type is Tensor.Type || isPlain(type) || type is any StringProtocol.Type { return true }
  if let collection = type as? any Collection.Type { return NN.isPlain(elements(collection)) }
  return false
}

private func join(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : name.isEmpty ? path : path + "." + name
}
