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
  /// The number of outputs, H.
  public let hidden: Int
  private let maps: [RecurrentMaps]

  /// Initialised as PyTorch does.
  public init(_ inputs: Int, _ hidden: Int, layers: Int = 1) {
    self.hidden = hidden
    maps = (0..<layers).map { RecurrentMaps(gates: 4, $0 == 0 ? inputs : hidden, hidden, layer: $0) }
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all steps, and each layer's last state `[N, H]`: what the next part of the sequence starts from.
  public func callAsFunction(_ x: Tensor, from states: [LSTMState]?) -> (
    outputs: Tensor, states: [LSTMState]
  ) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    let states = states ?? maps.map { _ in LSTMState(hidden: zeros, cell: zeros) }
    return throughLayers(x, from: states, maps) { layer, x, state in
      unrolled(layer.ofInput(x), from: state, output: \.hidden) { x, state in
        state.next(x + layer.ofHidden(state.hidden))
      }
    }
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: maps.map { ("", $0) }) }
}

/// Gated recurrent units (Cho et al. 2014, the reset gate behind the map of the state), in layers one on the other:
/// sequences `[N, T, C]` → `[N, T, H]`. As `torch.nn.GRU` with `batch_first`.
public struct GRU: Layer, CustomReflectable {
  /// The number of outputs, H.
  public let hidden: Int
  private let maps: [RecurrentMaps]

  /// Initialised as PyTorch does.
  public init(_ inputs: Int, _ hidden: Int, layers: Int = 1) {
    self.hidden = hidden
    maps = (0..<layers).map { RecurrentMaps(gates: 3, $0 == 0 ? inputs : hidden, hidden, layer: $0) }
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all steps, and each layer's last state `[N, H]`: what the next part of the sequence starts from.
  public func callAsFunction(_ x: Tensor, from states: [Tensor]?) -> (outputs: Tensor, states: [Tensor]) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    return throughLayers(x, from: states ?? maps.map { _ in zeros }, maps) { layer, x, state in
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
  public var customMirror: Mirror { Mirror(self, children: maps.map { ("", $0) }) }
}

/// One layer's maps of the input, W·x + b, and of the state, U·h + c, to all gates, one below the other.
private struct RecurrentMaps: Module {
  let inputWeight: Parameter, hiddenWeight: Parameter
  let inputBias: Parameter, hiddenBias: Parameter

  init(gates: Int, _ inputs: Int, _ hidden: Int, layer: Int) {
    func parameter(_ name: String, _ sizes: Int...) -> Parameter {
      Parameter(uniformByFanIn(Shape([gates * hidden] + sizes), fanIn: hidden), name: "\(name)_l\(layer)")
    }
    inputWeight = parameter("weight_ih", inputs)
    hiddenWeight = parameter("weight_hh", hidden)
    inputBias = parameter("bias_ih")
    hiddenBias = parameter("bias_hh")
  }

  func ofInput(_ x: Tensor) -> Tensor { affine(x, inputWeight.value, inputBias.value) }
  func ofHidden(_ h: Tensor) -> Tensor { affine(h, hiddenWeight.value, hiddenBias.value) }
}

/// Each layer's outputs as the next one's inputs, and every layer's last state.
private func throughLayers<State>(
  _ x: Tensor, from states: [State], _ layers: [RecurrentMaps],
  _ layer: (RecurrentMaps, Tensor, State) -> (Tensor, State)
) -> (outputs: Tensor, states: [State]) {
  precondition(states.count == layers.count, "\(states.count) states for \(layers.count) recurrent layers")
  var last: [State] = []
  let outputs = zip(layers, states).reduce(x) { x, item in
    let (outputs, state) = layer(item.0, x, item.1)
    last.append(state)
    return outputs
  }
  return (outputs, last)
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
