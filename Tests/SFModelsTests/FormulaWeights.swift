import CFormula
import NN
import Tensor

/// Weights and inputs of published networks as a function of names and shapes: see Fixtures/formula.py.
enum Formula {
  /// Numbers uniform in [offset, offset + scale) that belong to a name.
  static func uniform(_ name: String, _ shape: Shape, offset: Double = 0, scale: Double = 1) -> Tensor {
    let values = [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
      count = shape.elementCount
      formula_uniform(name, Int64(count), offset, scale, buffer.baseAddress)
    }
    return Tensor(values, shape: shape)
  }

  /// Images `[N, C, H, W]` in PyTorch's order, given back with channels last.
  static func images(_ name: String, _ shape: Shape, in range: ClosedRange<Double> = 0...1) -> Tensor {
    uniform(
      "input:\(name)", shape, offset: range.lowerBound, scale: range.upperBound - range.lowerBound
    ).permuted(0, 2, 3, 1)
  }

  /// Gives a network's convolutions, linear layers and norms their weights, as PyTorch's modules of its paths would have
  /// them.
  static func fill(_ network: some Module, gain: Double) throws {
    var state = network.stateDict
    for name in state.names {
      guard let tensor = state[name], tensor.dtype == .float32, let dot = name.lastIndex(of: ".") else {
        continue
      }
      let (module, kind) = (name[..<dot], name[name.index(after: dot)...])
      let isNorm = state["\(module).running_mean"] != nil
      let fanIn = Double(tensor.shape.dropFirst().reduce(1, *))
      switch kind {
      case "weight" where isNorm, "running_var":
        state[name] = uniform(name, tensor.shape, offset: 0.75, scale: 0.5)
      case "weight":
        let bound = (gain * 6 / fanIn).squareRoot()
        state[name] = uniform(name, tensor.shape, offset: -bound, scale: 2 * bound)
      case "bias", "running_mean": state[name] = uniform(name, tensor.shape, offset: -0.1, scale: 0.2)
      default: break
      }
    }
    try network.load(state)
  }

  /// A number that stands for the names, shapes and roles of all of a network's tensors as PyTorch has them:
  /// Fixtures/formula.py computes it of a published network.
  static func digest(_ network: some Module) -> UInt64 {
    let lines = network.namedParameters.map { path, parameter in
      let shape = parameter.shape
      let sizes = parameter.layout == .plain ? Array(shape) : [shape[-1], shape[-2]] + shape.dropLast(2)
      return "\(path) \(sizes.map(String.init).joined(separator: "x")) "
        + (parameter.role == .weight ? "parameter\n" : "buffer\n")
    }
    return lines.sorted().joined().utf8.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
  }

  /// The mean, standard deviation, least and largest value, and the sum of magnitudes.
  static func figures(_ x: Tensor) -> [Double] {
    let x = x.to(.float64)
    let mean = x.mean().item
    return [
      mean, (x.squared().mean().item - mean * mean).squareRoot(), x.min().item, x.max().item,
      x.abs().sum().item,
    ]
  }
}

/// Whether figures agree to a ten-thousandth of the largest value.
func agree(_ found: [Double], _ expected: [Double]) -> Bool {
  let scale = max(abs(expected[2]), abs(expected[3]))
  let count = expected[4] / max(abs(expected[0]), expected[1] / 2, 1e-9)
  return zip(found, expected).prefix(4).allSatisfy { abs($0 - $1) <= 1e-4 * scale }
    && abs(found[4] - expected[4]) <= 1e-4 * scale * count
}
