import Tensor

/// One layer's maps of the input, W·x + b, and of the state, U·h + c, to all gates, one below the other.
struct RecurrentMaps: Module {
  let inputWeight: Parameter, hiddenWeight: Parameter
  let inputBias: Parameter, hiddenBias: Parameter
  /// Of an LSTM whose gates see the cell.
  let peepholes: Parameter?
  /// Of a GRU: whether the reset gate stands behind the map of the state.
  private let resetAfter: Bool

  init(
    gates: Int, _ inputs: Int, _ hidden: Int, peepholes: Bool = false, resetAfter: Bool = true, suffix: String
  ) {
    func parameter(_ name: String, _ sizes: Int...) -> Parameter {
      Parameter(uniformByFanIn(Shape([gates * hidden] + sizes), fanIn: hidden), name: name + suffix)
    }
    inputWeight = parameter("weight_ih", inputs)
    hiddenWeight = parameter("weight_hh", hidden)
    inputBias = parameter("bias_ih")
    hiddenBias = parameter("bias_hh")
    self.peepholes =
      peepholes ? Parameter(uniformByFanIn([3, hidden], fanIn: hidden), name: "peepholes" + suffix) : nil
    self.resetAfter = resetAfter
  }

  /// All gates' part of the input, of any number of steps.
  func ofInput(_ x: Tensor) -> Tensor { affine(x, inputWeight.value, inputBias.value) }
  /// All gates' part of the state.
  func ofHidden(_ h: Tensor) -> Tensor { affine(h, hiddenWeight.value, hiddenBias.value) }

  /// The state of an LSTM that follows by its input's part of the gates.
  func next(_ x: Tensor, after state: LSTMState) -> LSTMState {
    state.next(x + ofHidden(state.hidden), peepholes: peepholes?.value.to(x.dtype))
  }

  /// The outputs of an LSTM for an input `[N, T, C]`, and its last state: in one operator where there is nothing to do
  /// between the steps.
  func run(_ x: Tensor, from state: LSTMState, padding: [Tensor?]?) -> (Tensor, LSTMState) {
    let isPadded = padding?.contains { $0 != nil } ?? false
    if peepholes == nil && !isPadded && x.rank == 3 && x.shape[1] > 0 {
      return state.run(
        affine(x, inputWeight.value, inputBias.value + hiddenBias.value), weight: hiddenWeight.value)
    }
    return unrolled(ofInput(x), from: state, padding: padding) { next($0, after: $1) }
  }

  /// The state of a GRU that follows by its input's part of the reset gate, update gate and candidate.
  func next(_ x: Tensor, after state: Tensor) -> Tensor {
    let x = x.split(into: 3, axis: -1)
    let candidate: Tensor, update: Tensor
    if resetAfter {
      let h = ofHidden(state).split(into: 3, axis: -1)
      let reset = (x[0] + h[0]).sigmoid()
      update = (x[1] + h[1]).sigmoid()
      candidate = (x[2] + reset * h[2]).tanh()
    } else {
      let hidden = state.shape[-1]
      let weights = hiddenWeight.value.split(sizes: [2 * hidden, hidden])
      let biases = hiddenBias.value.split(sizes: [2 * hidden, hidden])
      let h = affine(state, weights[0], biases[0]).split(into: 2, axis: -1)
      let reset = (x[0] + h[0]).sigmoid()
      update = (x[1] + h[1]).sigmoid()
      candidate = (x[2] + affine(reset * state, weights[1], biases[1])).tanh()
    }
    return (1 - update) * candidate + update * state
  }
}

/// Layers one on the other, each of one or two directions.
struct RecurrentStack: Sendable {
  /// Layer by layer, the way back behind the way forth.
  let maps: [RecurrentMaps]
  let directions: Int
  /// Of the outputs of all layers but the last.
  private let dropout: Dropout

  /// The closure makes the maps of a number of inputs, whose names have a suffix.
  init(
    _ layers: Int, _ bidirectional: Bool, _ dropout: Double, _ inputs: Int, _ hidden: Int,
    _ maps: (Int, String) -> RecurrentMaps
  ) {
    let ways = bidirectional ? ["", "_reverse"] : [""]
    directions = ways.count
    self.dropout = Dropout(dropout)
    self.maps = (0..<layers).flatMap { layer in
      ways.map { maps(layer == 0 ? inputs : hidden * ways.count, "_l\(layer)\($0)") }
    }
  }

  /// The last layer's outputs, and every map's last state. The closure runs one map over `[N, T, C]` from a state on; where
  /// there is padding, the steps' `bool` `[N, 1]` say which sequences are over.
  func run<State: RecurrentState>(
    _ x: Tensor, lengths: [Int]?, from states: [State]?, orFrom start: State,
    _ run: (RecurrentMaps, Tensor, State, _ padding: [Tensor?]?) -> (Tensor, State)
  ) -> (outputs: Tensor, states: [State]) {
    let padding = lengths.map { Padding(behind: $0, in: x) }
    // What stands behind an end may be anything, even not a number.
    var (x, states) = (padding?.cleared(x) ?? x, states ?? maps.map { _ in start })
    require(states.count == maps.count, "\(states.count) states for \(maps.count) of recurrent layers")
    for layer in stride(from: 0, to: maps.count, by: directions) {
      if layer > 0 { x = dropout(x) }
      let outputs = (layer..<layer + directions).map { way in
        let (map, isBackwards) = (maps[way], way > layer)
        // Backwards the padding comes first, and a sequence keeps its first state until it begins.
        let (y, last) = run(
          map, isBackwards ? x.flipped(axis: 1) : x, states[way],
          isBackwards ? padding?.steps.reversed() : padding?.steps)
        states[way] = last
        return isBackwards ? y.flipped(axis: 1) : y
      }
      x = directions == 1 ? outputs[0] : .concatenate(outputs, axis: -1)
    }
    return (x, states)
  }
}

/// Where sequences `[N, T, …]` are over.
private struct Padding {
  /// Of each step, the sequences that have ended before it, `bool` `[N, 1]`; nil where none has.
  let steps: [Tensor?]
  private let isOver: Tensor

  init(behind lengths: [Int], in x: Tensor) {
    require(
      lengths.count == x.shape[0] && lengths.allSatisfy { 0...x.shape[1] ~= $0 },
      "a recurrent layer: lengths \(lengths) of sequences \(x.shape)")
    isOver = Tensor(0..<x.shape[1]) .>= Tensor(lengths).expandingAxis(-1)
    let shortest = lengths.min() ?? 0
    steps = isOver.split(size: 1, axis: 1).enumerated().map { $0 < shortest ? nil : $1 }
  }

  func cleared(_ x: Tensor) -> Tensor { x.replacing(where: isOver.expandingAxis(-1), with: 0) }
}

/// What a recurrent layer hands from step to step.
protocol RecurrentState {
  /// What the layer gives at this step.
  var output: Tensor { get }
  /// Where a condition holds the state before, elsewhere this one.
  func keeping(_ previous: Self, where condition: Tensor) -> Self
}

extension Tensor: RecurrentState {
  var output: Tensor { self }
  func keeping(_ previous: Tensor, where condition: Tensor) -> Tensor { .where(condition, previous, self) }
}

extension LSTMState: RecurrentState {
  var output: Tensor { hidden }
  func keeping(_ previous: LSTMState, where condition: Tensor) -> LSTMState {
    LSTMState(
      hidden: hidden.keeping(previous.hidden, where: condition),
      cell: cell.keeping(previous.cell, where: condition))
  }
}

/// Takes a step for each part of `[N, T, …]` along the axis of time: the outputs `[N, T, …]`, and the last state. Where a
/// step is padding, the state stays and the output is 0.
func unrolled<State: RecurrentState>(
  _ x: Tensor, from state: State, padding: [Tensor?]? = nil, _ step: (Tensor, State) -> State
) -> (Tensor, State) {
  require(x.rank >= 2 && x.shape[1] > 0, "a recurrent layer's input \(x.shape) has no steps")
  var state = state
  let outputs = x.split(size: 1, axis: 1).enumerated().map { time, part in
    let next = step(part.squeezed(axis: 1), state)
    guard let isOver = padding?[time] else {
      state = next
      return next.output
    }
    state = next.keeping(state, where: isOver)
    return next.output.replacing(where: isOver, with: 0)
  }
  return (.stack(outputs, axis: 1), state)
}
