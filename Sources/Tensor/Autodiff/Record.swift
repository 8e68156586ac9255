/// The way back from an operator's output to one of its inputs: given the gradient of the output, the
/// closure returns the gradient of the input, of the input's shape.
public struct Edge {
  let slot: Int
  let pullback: (Tensor) -> Tensor
}

/// What an operator left on a tape.
struct Record {
  let outputs: Range<Int>
  let pullback: Pullback
  let name: StaticString
}

/// How gradients travel from an operator's outputs to its inputs.
enum Pullback {
  /// From the only output to each input by itself.
  case edges([Edge])
  /// To all at once; the closure gets the outputs' gradients and which inputs' are wanted.
  case joint(inputs: [Int?], ([Tensor?], [Bool]) -> [Tensor?])
  /// Through a block that is run again.
  case recomputed(inputs: [Int], RecomputedBlock)
  /// In a way that nobody knows.
  case unknown(inputs: [Int], String)

  /// The same for inputs that stand elsewhere, those left out that have no place there; nil where none has.
  func mapped(_ place: (Int) -> Int?) -> Pullback? {
    switch self {
    case .edges(let edges):
      let known = edges.compactMap { edge in
        place(edge.slot).map { Edge(slot: $0, pullback: edge.pullback) }
      }
      return known.isEmpty ? nil : .edges(known)
    case .joint(let inputs, let pullback):
      let known = inputs.map { $0.flatMap(place) }
      return known.contains { $0 != nil } ? .joint(inputs: known, pullback) : nil
    case .recomputed(let inputs, let block):
      let known = inputs.compactMap(place)
      return known.isEmpty ? nil : .recomputed(inputs: known, block)
    case .unknown(let inputs, let reason):
      let known = inputs.compactMap(place)
      return known.isEmpty ? nil : .unknown(inputs: known, reason)
    }
  }

  /// Where the inputs stand.
  var inputs: [Int] {
    switch self {
    case .edges(let edges): edges.map(\.slot)
    case .joint(let inputs, _): inputs.compactMap(\.self)
    case .recomputed(let inputs, _), .unknown(let inputs, _): inputs
    }
  }
}

/// A block that is run again on the way back, with the random numbers and the mode of its first run.
struct RecomputedBlock {
  let run: () -> [Tensor]
  let randomStreams: [UInt64]
  let isEvaluating: Bool
}
