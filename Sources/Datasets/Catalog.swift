/// What a data set lists: the sequences' names, and what opens each.
struct Catalog<Place: Sendable>: Sendable {
  let names: [String]
  private let places: [String: Place]

  init(_ entries: [(name: String, place: Place)]) {
    // Lists have names twice.
    var seen = Set<String>()
    names = entries.map(\.name).filter { seen.insert($0).inserted }
    places = Dictionary(entries) { first, _ in first }
  }

  /// The place of a sequence.
  /// - Throws: `DatasetError.unknownSequence`.
  subscript(name: String) -> Place {
    get throws(DatasetError) {
      guard let place = places[name] else { throw .unknownSequence(name, known: names) }
      return place
    }
  }
}
