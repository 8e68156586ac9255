import Tensor

/// Long short-term memory over images (Shi et al. 2015, without the peepholes, which tie a network to one size of image):
/// volumes `[N, T, H, W, C]` → `[N, T, H, W, O]`.
public struct ConvLSTM2d: Layer {
  /// The convolution of the frames: the input gate, forget gate, candidate and output gate side by side.
  public let input: Conv2d
  /// The convolution of the last output, without a bias of its own.
  public let hidden: Conv2d

  /// Initialised as convolutions are; the sides of the kernel are odd.
  public init(_ inputs: Int, _ outputs: Int, kernel: any PerAxis) {
    input = gates(4, of: inputs, outputs, kernel)
    hidden = gates(4, of: outputs, outputs, kernel, bias: false)
  }

  /// The outputs at all frames, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all frames, and the last state `[N, H, W, O]`: what the next part of a video starts from.
  public func callAsFunction(_ x: Tensor, from state: LSTMState?) -> (outputs: Tensor, state: LSTMState) {
    let zeros = initialState(x, hidden)
    let start = state ?? LSTMState(hidden: zeros, cell: zeros)
    return unrolled(ofFrames(x, input), from: start) { x, state in
      state.next(x + hidden(state.hidden))
    }
  }
}

/// Gated recurrent units over images (Ballas et al. 2016): volumes `[N, T, H, W, C]` → `[N, T, H, W, O]`.
public struct ConvGRU2d: Layer {
  /// The convolution of the frames: the update gate, reset gate and candidate side by side.
  public let input: Conv2d
  /// The convolution of the last output for the update gate and the reset gate, without a bias of its own.
  public let hidden: Conv2d
  /// The convolution of the last output, as the reset gate lets it through, for the candidate, without a bias of its own.
  public let candidate: Conv2d

  /// Initialised as convolutions are; the sides of the kernel are odd.
  public init(_ inputs: Int, _ outputs: Int, kernel: any PerAxis) {
    input = gates(3, of: inputs, outputs, kernel)
    hidden = gates(2, of: outputs, outputs, kernel, bias: false)
    candidate = gates(1, of: outputs, outputs, kernel, bias: false)
  }

  /// The outputs at all frames, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// The outputs at all frames, and the last one `[N, H, W, O]`: what the next part of a video starts from.
  public func callAsFunction(_ x: Tensor, from state: Tensor?) -> (outputs: Tensor, state: Tensor) {
    let start = state ?? initialState(x, candidate)
    return unrolled(ofFrames(x, input), from: start) { x, state in
      let x = x.split(into: 3, axis: -1), h = hidden(state).split(into: 2, axis: -1)
      let update = (x[0] + h[0]).sigmoid(), reset = (x[1] + h[1]).sigmoid()
      let new = (x[2] + candidate(reset * state)).tanh()
      return (1 - update) * state + update * new
    }
  }
}

private func gates(
  _ count: Int, of inputs: Int, _ outputs: Int, _ kernel: any PerAxis, bias: Bool = true
) -> Conv2d {
  let sizes = kernel.sizes(axes: 2)
  require(
    sizes.allSatisfy { $0 % 2 == 1 }, "a recurrent convolution's kernel has odd sides, not \(sizes)")
  return Conv2d(inputs, count * outputs, kernel: kernel, padding: sizes.map { $0 / 2 }, bias: bias)
}

/// The convolution of all frames of `[N, T, H, W, C]` at once.
private func ofFrames(_ x: Tensor, _ convolution: Conv2d) -> Tensor {
  require(x.rank == 5, "a recurrent convolution takes volumes [N, T, H, W, C], not \(x.shape)")
  let y = convolution(x.reshape(Shape([x.shape[0] * x.shape[1]] + x.shape.dropFirst(2))))
  return y.reshape(Shape(x.shape.prefix(4) + [y.shape[-1]]))
}

/// Zeros for the outputs that `hidden` takes.
private func initialState(_ x: Tensor, _ hidden: Conv2d) -> Tensor {
  Tensor(zeros: [x.shape[0], x.shape[2], x.shape[3], hidden.weight.shape[2]], dtype: x.dtype)
}
