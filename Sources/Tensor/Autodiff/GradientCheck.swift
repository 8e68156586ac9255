/// What is wrong with the gradients of a function at some inputs, one line each; nothing where they are right.
///
/// ```swift
/// #expect(gradientCheck(at: [x, scale]) { scaled($0[0], by: $0[1]) } == [])
/// ```
///
/// The gradient of each input, and that of each input alone, the others constant, is compared with central differences in
/// every element, in `float64`, against a cotangent of random numbers. An element may be off by `tolerance` times the
/// largest of its input's. Inputs should keep away from kinks: the differences reach `step` far. Every evaluation records,
/// as in training, and draws the same random numbers, so that layers with batch statistics and dropout can be checked.
///
/// `order` 2 checks the gradients of the gradients: those of the function that takes the inputs, and behind them the
/// cotangents, to the inputs' gradients.
public func gradientCheck(
  at inputs: [Tensor], order: Int = 1, tolerance: Double = 1e-6, step: Double = 1e-5,
  _ body: ([Tensor]) -> Tensor
) -> [String] {
  gradientCheck(at: inputs, order: order, tolerance: tolerance, step: step) { [body($0)] }
}

/// As `gradientCheck(at:order:tolerance:step:_:)`, for a function of several results.
public func gradientCheck(
  at inputs: [Tensor], order: Int = 1, tolerance: Double = 1e-6, step: Double = 1e-5,
  _ body: ([Tensor]) -> [Tensor]
) -> [String] {
  let check = GradientCheck(tolerance: tolerance, step: step)
  if order > 1 {
    let cotangents = check.cotangents(of: body, at: inputs)
    return gradientCheck(at: inputs + cotangents, order: order - 1, tolerance: tolerance, step: step) {
      check.gradients(of: body, at: Array($0.prefix(inputs.count)), Array($0.dropFirst(inputs.count)))
    }
  }
  let gradients = check.repeatably { gradient(at: inputs) { check.scalar(body($0)) } }
  return inputs.indices.flatMap { position in
    func function(_ x: Tensor) -> [Tensor] {
      var arguments = inputs
      arguments[position] = x
      return body(arguments)
    }
    let alone = check.repeatably { gradient(at: inputs[position]) { x in check.scalar(function(x)) } }
    return check.errors(
      ["gradient of input \(position)": gradients[position], "gradient of input \(position) alone": alone],
      at: inputs[position], of: function)
  }
}

/// How a gradient is compared with differences.
package struct GradientCheck {
  let tolerance: Double
  let step: Double

  package init(tolerance: Double, step: Double) { (self.tolerance, self.step) = (tolerance, step) }

  /// Σ cotangent·result over all results, with cotangents that are the same on every call.
  package func scalar(_ results: [Tensor]) -> Tensor {
    results.enumerated().reduce(Tensor(0, dtype: .float64)) { total, item in
      let result = item.element
      let cotangent = Tensor(normal: result.shape, dtype: result.dtype, seed: 99 + UInt64(item.offset))
      return total + (result * cotangent).sum().to(.float64)
    }
  }

  /// Random cotangents of a function's results, `float64`.
  package func cotangents(of function: ([Tensor]) -> [Tensor], at inputs: [Tensor]) -> [Tensor] {
    var shapes: [Shape] = []
    repeatably {
      _ = pullback(at: inputs) {
        shapes = function($0).map(\.shape)
        return Tensor(0)
      }
    }
    return shapes.enumerated().map { Tensor(normal: $1, dtype: .float64, seed: 99 + UInt64($0)) }
  }

  /// The inputs' gradients for some cotangents.
  package func gradients(
    of function: ([Tensor]) -> [Tensor], at inputs: [Tensor], _ cotangents: [Tensor]
  ) -> [Tensor] {
    gradient(at: inputs) { inputs in
      zip(function(inputs), cotangents).reduce(Tensor(0, dtype: .float64)) { total, pair in
        total + (pair.0 * pair.1.to(pair.0.dtype)).sum().to(.float64)
      }
    }
  }

  /// Runs a block with the random numbers of every other such run.
  package func repeatably<Result>(_ body: () -> Result) -> Result { withRandomSeed(11, body) }

  /// What is wrong with gradients of `scalar(function(x))` at one value of x.
  package func errors(
    _ gradients: KeyValuePairs<String, Tensor>, at x: Tensor, of function: (Tensor) -> [Tensor]
  ) -> [String] {
    require(
      x.dtype == .float64, "gradientCheck: differences of \(x.dtype) say little; the inputs must be float64")
    let expected = differences(at: x) { x in
      // A recording of which only the value is asked for.
      repeatably { pullback(at: []) { _ in scalar(function(x)) }.value.item }
    }
    let scale = Swift.max(1e-3, expected.map(abs).max() ?? 0)
    return gradients.compactMap { name, gradient in
      let found = gradient.array(of: Double.self)
      // A NaN on either side is wrong, so the comparison is asked for, not its opposite.
      let wrong = found.indices.filter { !(abs(found[$0] - expected[$0]) <= tolerance * scale) }
      return wrong.first.map { first in
        "\(name) \(x.shape): \(wrong.count) of \(found.count) elements are wrong; element \(first) is "
          + "\(found[first]), by differences \(expected[first])"
      }
    }
  }

  /// The partial derivatives of a function.
  private func differences(at x: Tensor, _ function: (Tensor) -> Double) -> [Double] {
    let values = x.array(of: Double.self)
    func at(_ element: Int, _ value: Double) -> Double {
      var changed = values
      changed[element] = value
      return function(Tensor(changed, shape: x.shape))
    }
    return values.indices.map { element in
      let (low, high) = (values[element] - step, values[element] + step)
      return (at(element, high) - at(element, low)) / (high - low)
    }
  }
}
