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

  /// The closure makes the maps of a number of inputs, whose names have a suffix.
  init(
    _ layers: Int, _ bidirectional: Bool, _ inputs: Int, _ hidden: Int, _ maps: (Int, String) -> RecurrentMaps
  ) {
    let ways = bidirectional ? ["", "_reverse"] : [""]
    directions = ways.count
    self.maps = (0..<layers).flatMap { layer in
      ways.map { maps(layer == 0 ? inputs : hidden * ways.count, "_l\(layer)\($0)") }
    }
  }

  /// The last layer's outputs, and every map's last state.
  func run<State>(
    _ x: Tensor, from states: [State]?, orFrom start: State,
    _ sequence: (RecurrentMaps, Tensor, State) -> (Tensor, State)
  ) -> (outputs: Tensor, states: [State]) {
    var (x, states) = (x, states ?? maps.map { _ in start })
    require(states.count == maps.count, "\(states.count) states for \(maps.count) of recurrent layers")
    for layer in stride(from: 0, to: maps.count, by: directions) {
      let outputs = (layer..<layer + directions).map { way in
        let isBackwards = way > layer
        let (y, last) = sequence(maps[way], isBackwards ? x.flipped(axis: 1) : x, states[way])
        states[way] = last
        return isBackwards ? y.flipped(axis: 1) : y
      }
      x = directions == 1 ? outputs[0] : .concatenate(outputs, axis: -1)
    }
    return (x, states)
  }
}

/// Takes a step for each part of `[N, T, …]` along the axis of time: the outputs `[N, T, …]`, and the last state.
func unrolled<State>(
  _ x: Tensor, from state: State, output: (State) -> Tensor, _ step: (Tensor, State) -> State
) -> (Tensor, State) {
  require(x.rank >= 2 && x.shape[1] > 0, "a recurrent layer's input \(x.shape) has no steps")
  var state = state
  let outputs = x.split(size: 1, axis: 1).map { part in
    state = step(part.squeezed(axis: 1), state)
    return output(state)
  }
  return (.stack(outputs, axis: 1), state)
}
