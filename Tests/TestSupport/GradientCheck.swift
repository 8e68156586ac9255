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

/// What is wrong with the gradients of a case, one line each; empty where they are right. The results while recording must
/// be those without.
public func gradientErrors(_ check: GradientCase, tolerance: Double = 1e-6) -> [String] {
  let inputs = check.values()
  var errors = gradientCheck(at: inputs, tolerance: tolerance, check.body)
  for (position, plain) in check.body(inputs).enumerated() {
    let recorded = pullback(at: inputs) { check.body($0)[position] }.value
    let scale = max(1, plain.to(.float64).abs().max().item)
    if !((recorded - plain).to(.float64).abs().max().item <= 1e-12 * scale) {
      errors.append("result \(position) is another while recording")
    }
  }
  return errors
}

/// What is wrong with the gradients of a case's gradients, one line for each input or cotangent; empty where they are right.
/// They are compared with central differences along a random direction.
public func secondOrderErrors(_ check: GradientCase) -> [String] {
  secondOrderErrors(at: check.values(), check.body)
}

/// As `secondOrderErrors(_:)`, of a function at some inputs.
public func secondOrderErrors(at inputs: [Tensor], _ body: ([Tensor]) -> [Tensor]) -> [String] {
  let (tolerance, step) = (1e-5, 1e-5)
  let calculus = GradientCheck(tolerance: tolerance, step: step)
  func normal(_ shape: Shape, _ seed: Int) -> Tensor {
    Tensor(normal: shape, dtype: .float64, seed: UInt64(seed))
  }
  /// The inputs' gradients against cotangents of their own.
  func value(_ x: [Tensor]) -> Tensor {
    let (values, cotangents) = (Array(x.prefix(inputs.count)), Array(x.dropFirst(inputs.count)))
    return calculus.repeatably {
      let found = calculus.gradients(of: body, at: values, cotangents)
      return found.enumerated().map { ($1 * normal($1.shape, 500 + $0)).sum() }.reduce(
        Tensor(0, dtype: .float64), +)
    }
  }
  let operands = inputs + calculus.cotangents(of: body, at: inputs)
  let gradients = gradient(at: operands, value)
  return operands.indices.compactMap { index in
    let direction = normal(operands[index].shape, 700 + index)
    func at(_ distance: Double) -> Double {
      var moved = operands
      moved[index] = moved[index] + direction * distance
      // Recorded, as in training.
      return pullback(at: []) { _ in value(moved) }.value.item
    }
    let expected = (at(step) - at(-step)) / (2 * step)
    let parts = gradients[index] * direction
    let found = parts.sum().item
    let scale = max(1e-2, parts.abs().sum().item)
    if abs(found - expected) <= tolerance * scale { return nil }
    let name = index < inputs.count ? "input \(index)" : "cotangent \(index - inputs.count)"
    return "\(name) \(operands[index].shape): along a direction \(found), by differences \(expected)"
  }
}

/// A hash that is the same on every run (FNV-1a).
private func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
