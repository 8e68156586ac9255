import Tensor

/// What an LSTM hands from step to step.
public struct LSTMState: Sendable {
  /// The output of the last step.
  public var hidden: Tensor
  /// The cell's content, of the same shape.
  public var cell: Tensor

  /// A state to start from.
  public init(hidden: Tensor, cell: Tensor) { (self.hidden, self.cell) = (hidden, cell) }

  /// The state that follows by the input gate, forget gate, candidate and output gate, side by side along the last axis
  /// before their activations.
  func next(_ gates: Tensor) -> LSTMState {
    let parts = gates.split(into: 4, axis: -1)
    let cell = parts[1].sigmoid() * cell + parts[0].sigmoid() * parts[2].tanh()
    return LSTMState(hidden: parts[3].sigmoid() * cell.tanh(), cell: cell)
  }
}

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with forget gates), in layers one on the other: sequences
/// `[N, T, C]` → `[N, T, H]`. As `torch.nn.LSTM` with `batch_first`.
public struct LSTM: Layer, CustomReflectable {
  /// The number of outputs of a direction, H.
  public let hidden: Int
  private let stack: RecurrentStack

  /// Initialised as PyTorch does. Bidirectional, every layer also runs from the end, and `[N, T, 2·H]` are the outputs.
  public init(_ inputs: Int, _ hidden: Int, layers: Int = 1, bidirectional: Bool = false) {
    self.hidden = hidden
    stack = RecurrentStack(gates: 4, inputs, hidden, layers: layers, bidirectional: bidirectional)
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all steps, and each layer's last state `[N, H]`, or both its directions': what the next part of the
  /// sequence starts from.
  public func callAsFunction(_ x: Tensor, from states: [LSTMState]?) -> (
    outputs: Tensor, states: [LSTMState]
  ) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    return stack.run(x, from: states, orFrom: LSTMState(hidden: zeros, cell: zeros)) { layer, x, state in
      unrolled(layer.ofInput(x), from: state, output: \.hidden) { x, state in
        state.next(x + layer.ofHidden(state.hidden))
      }
    }
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: stack.maps.map { ("", $0) }) }
}

/// Gated recurrent units (Cho et al. 2014, the reset gate behind the map of the state), in layers one on the other:
/// sequences `[N, T, C]` → `[N, T, H]`. As `torch.nn.GRU` with `batch_first`.
public struct GRU: Layer, CustomReflectable {
  /// The number of outputs of a direction, H.
  public let hidden: Int
  private let stack: RecurrentStack

  /// Initialised as PyTorch does. Bidirectional, every layer also runs from the end, and `[N, T, 2·H]` are the outputs.
  public init(_ inputs: Int, _ hidden: Int, layers: Int = 1, bidirectional: Bool = false) {
    self.hidden = hidden
    stack = RecurrentStack(gates: 3, inputs, hidden, layers: layers, bidirectional: bidirectional)
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all steps, and each layer's last state `[N, H]`, or both its directions': what the next part of the
  /// sequence starts from.
  public func callAsFunction(_ x: Tensor, from states: [Tensor]?) -> (outputs: Tensor, states: [Tensor]) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    return stack.run(x, from: states, orFrom: zeros) { layer, x, state in
      unrolled(layer.ofInput(x), from: state, output: \.self) { x, state in
        // Reset gate, update gate, candidate.
        let x = x.split(into: 3, axis: -1), h = layer.ofHidden(state).split(into: 3, axis: -1)
        let reset = (x[0] + h[0]).sigmoid(), update = (x[1] + h[1]).sigmoid()
        let candidate = (x[2] + reset * h[2]).tanh()
        return (1 - update) * candidate + update * state
      }
    }
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: stack.maps.map { ("", $0) }) }
}

/// One layer's maps of the input, W·x + b, and of the state, U·h + c, to all gates, one below the other.
private struct RecurrentMaps: Module {
  let inputWeight: Parameter, hiddenWeight: Parameter
  let inputBias: Parameter, hiddenBias: Parameter

  init(gates: Int, _ inputs: Int, _ hidden: Int, suffix: String) {
    func parameter(_ name: String, _ sizes: Int...) -> Parameter {
      Parameter(uniformByFanIn(Shape([gates * hidden] + sizes), fanIn: hidden), name: name + suffix)
    }
    inputWeight = parameter("weight_ih", inputs)
    hiddenWeight = parameter("weight_hh", hidden)
    inputBias = parameter("bias_ih")
    hiddenBias = parameter("bias_hh")
  }

  func ofInput(_ x: Tensor) -> Tensor { affine(x, inputWeight.value, inputBias.value) }
  func ofHidden(_ h: Tensor) -> Tensor { affine(h, hiddenWeight.value, hiddenBias.value) }
}

/// Layers one on the other, each of one or two directions.
private struct RecurrentStack: Sendable {
  /// Layer by layer, the way back behind the way forth.
  let maps: [RecurrentMaps]
  let directions: Int

  init(gates: Int, _ inputs: Int, _ hidden: Int, layers: Int, bidirectional: Bool) {
    let ways = bidirectional ? ["", "_reverse"] : [""]
    directions = ways.count
    maps = (0..<layers).flatMap { layer in
      ways.map {
        let inputs = layer == 0 ? inputs : hidden * ways.count
        return RecurrentMaps(gates: gates, inputs, hidden, suffix: "_l\(layer)\($0)")
      }
    }
  }

  /// The last layer's outputs, and every map's last state.
  func run<State>(
    _ x: Tensor, from states: [State]?, orFrom start: State,
    _ sequence: (RecurrentMaps, Tensor, State) -> (Tensor, State)
  ) -> (outputs: Tensor, states: [State]) {
    var (x, states) = (x, states ?? maps.map { _ in start })
    precondition(states.count == maps.count, "\(states.count) states for \(maps.count) of recurrent layers")
    for layer in stride(from: 0, to: maps.count, by: directions) {
      let outputs = (layer..<layer + directions).map { way in
        let isBackwards = way > layer
        let (y, last) = sequence(maps[way], isBackwards ? x.flipped(1) : x, states[way])
        states[way] = last
        return isBackwards ? y.flipped(1) : y
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
  precondition(x.rank >= 2 && x.shape[1] > 0, "a recurrent layer's input \(x.shape) has no steps")
  var state = state
  let outputs = x.split(size: 1, axis: 1).map { part in
    state = step(part.squeezed(1), state)
    return output(state)
  }
  return (.stack(outputs, axis: 1), state)
}
