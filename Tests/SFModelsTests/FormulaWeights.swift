import Foundation
import NN
import Tensor

/// Weights and inputs of published networks as a function of names and shapes: see Fixtures/formula.py.
enum Formula {
  /// `count` numbers in [0, 1) that belong to a name: splitmix64, seeded with the FNV-1a hash of the name.
  static func uniform(_ name: String, _ count: Int) -> [Double] {
    let seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return (1...max(count, 1)).prefix(count).map { index in
      var z = seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Double((z ^ (z >> 31)) >> 40) / Double(1 << 24)
    }
  }

  /// Images `[N, C, H, W]` in PyTorch's order, given back with channels last.
  static func images(_ name: String, _ shape: Shape, in range: ClosedRange<Double> = 0...1) -> Tensor {
    let values = uniform("input:\(name)", shape.elementCount).map {
      Float(range.lowerBound + (range.upperBound - range.lowerBound) * $0)
    }
    return Tensor(values, shape: shape).permuted(0, 2, 3, 1)
  }

  /// Gives a network its weights, as PyTorch's modules of its paths would have them.
  static func fill(_ network: some Module, gain: Double) throws {
    var state = network.stateDict
    for name in state.names {
      guard let tensor = state[name], tensor.dtype == .float32, let dot = name.lastIndex(of: ".") else {
        continue
      }
      let (module, kind) = (name[..<dot], name[name.index(after: dot)...])
      let isNorm = state["\(module).running_mean"] != nil
      let fanIn = Double(tensor.shape.dropFirst().reduce(1, *))
      let values = uniform(name, tensor.elementCount).map { u -> Float in
        let s = 2 * u - 1
        switch kind {
        case "weight" where isNorm, "running_var": return Float(0.75 + 0.5 * u)
        case "weight": return Float(s * (gain * 6 / fanIn).squareRoot())
        default: return Float(0.1 * s)
        }
      }
      state[name] = Tensor(values, shape: tensor.shape)
    }
    try network.load(state)
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
