import Foundation
import Tensor

/// One input of a gradient check: random values of a shape, the same on every run. A list literal is a shape.
public enum Input: Sendable, ExpressibleByArrayLiteral {
  /// Normally distributed.
  case normal(Shape)
  /// Uniformly distributed.
  case uniform(Shape, Range<Double>)
  /// In random order, no two closer than a tenth: for functions with kinks where elements are equal.
  case distinct(Shape)
  /// As given.
  case values([Double], Shape)

  /// Normally distributed values of a shape.
  public init(arrayLiteral sizes: Int...) { self = .normal(Shape(sizes)) }

  /// The values, `float64`.
  public func tensor(seed: UInt64) -> Tensor {
    switch self {
    case .normal(let shape): return Tensor(normal: shape, dtype: .float64, seed: seed)
    case .uniform(let shape, let range): return Tensor(uniform: shape, in: range, dtype: .float64, seed: seed)
    case .distinct(let shape):
      let order = Tensor(permutation: shape.elementCount, seed: seed).to(.float64).reshape(shape)
      return order * 0.1 - (0.05 * Double(shape.elementCount) + 0.025)
    case .values(let values, let shape): return Tensor(values, shape: shape)
    }
  }
}

/// A function whose gradients are checked, and where.
public struct GradientCase: Sendable, CustomStringConvertible {
  /// What the case is about.
  public let name: String
  /// The names of the operators that it checks.
  public let covers: [String]
  /// Where.
  public let inputs: [Input]
  /// The function, of one or several results.
  public let body: @Sendable ([Tensor]) -> [Tensor]

  /// A function of one result.
  public init(
    _ name: String, covers: String..., inputs: [Input], body: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    (self.name, self.covers, self.inputs, self.body) = (name, covers, inputs, { [body($0)] })
  }

  /// A function of several results.
  public init(
    _ name: String, covers: String..., inputs: [Input], results: @escaping @Sendable ([Tensor]) -> [Tensor]
  ) {
    (self.name, self.covers, self.inputs, self.body) = (name, covers, inputs, results)
  }

  /// The name.
  public var description: String { name }

  /// The inputs' values.
  public func values(dtype: DType = .float64) -> [Tensor] {
    inputs.enumerated().map { $1.tensor(seed: stableHash(name) &+ UInt64($0)).to(dtype) }
  }
}

/// Σ cotangent·result over all results, with random cotangents that are the same on every call.
private func weighted(_ results: [Tensor]) -> Tensor {
  results.enumerated().reduce(Tensor(0, dtype: results[0].dtype)) { total, item in
    let cotangent = Tensor(
      normal: item.element.shape, dtype: item.element.dtype, seed: 99 + UInt64(item.offset))
    return total + (item.element * cotangent).sum()
  }
}

/// What is wrong with the gradients of a case, one line each; empty where they are right.
///
/// The gradient of every input is compared with central differences in every element; it is also asked for alone,
/// the other inputs constant. The value while recording must be the value without.
public func gradientErrors(_ check: GradientCase, tolerance: Double = 1e-6) -> [String] {
  let inputs = check.values()
  let (value, gradients) = valueWithGradient(at: inputs) { weighted(check.body($0)) }
  var errors: [String] = []
  let plain = weighted(check.body(inputs)).item
  if !(abs(plain - value.item) <= 1e-12 * max(1, abs(plain))) {
    errors.append("the value is \(value.item) while recording, \(plain) otherwise")
  }
  for (position, input) in inputs.enumerated() {
    let found = gradients[position].array(of: Double.self)
    let alone = gradient(at: input) { x in
      var arguments = inputs
      arguments[position] = x
      return weighted(check.body(arguments))
    }.array(of: Double.self)
    let expected = centralDifferences(at: inputs, position) { weighted(check.body($0)).item }
    let scale = max(1e-3, expected.map(abs).max() ?? 0)
    for (kind, found) in [("gradient", found), ("gradient alone", alone)] {
      // A NaN on either side must fail, so the comparison is asked for, not its opposite.
      let wrong = found.indices.filter { !(abs(found[$0] - expected[$0]) <= tolerance * scale) }
      if let worst = wrong.first {
        errors.append(
          "\(kind) of input \(position) \(input.shape): \(wrong.count) of \(found.count) elements are wrong; "
            + "element \(worst) is \(found[worst]), by differences \(expected[worst])")
      }
    }
  }
  return errors
}

/// The partial derivatives of a function by one of its inputs.
public func centralDifferences(
  at inputs: [Tensor], _ position: Int, _ function: ([Tensor]) -> Double
) -> [Double] {
  let values = inputs[position].array(of: Double.self)
  func at(_ element: Int, _ value: Double) -> Double {
    var (changed, arguments) = (values, inputs)
    changed[element] = value
    arguments[position] = Tensor(changed, shape: inputs[position].shape)
    return function(arguments)
  }
  return values.indices.map { element in
    let (low, high) = (values[element] - 1e-5, values[element] + 1e-5)
    return (at(element, high) - at(element, low)) / (high - low)
  }
}

/// A hash that is the same on every run (FNV-1a).
private func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
