// Derivatives made of gradients. They nest, as gradients do.

/// The Jacobian of a function: of a value of shape `[i…]` and an input of shape `[j…]`, `[i…, j…]`, the derivatives of
/// each element of the value with respect to each element of the input. One forward pass, and a way back for each element
/// of the value.
///
/// The Hessian of a scalar function is the Jacobian of its gradient: `jacobian(at: x) { gradient(at: $0, f) }`.
public func jacobian(at x: Tensor, _ body: (Tensor) throws -> Tensor) rethrows -> Tensor {
  let (value, back) = try pullback(at: [x], reusable: true) { try body($0[0]) }
  let count = value.elementCount
  if count == 0 { return Tensor(zeros: Shape(value.shape.dimensions + x.shape), dtype: x.dtype) }
  let seeds = Tensor(identity: count, dtype: value.dtype)
  let rows = (0..<count).map { back(seeds[$0].reshape(value.shape))[0] }
  return Tensor.stack(rows).reshape(Shape(value.shape.dimensions + x.shape))
}

/// The Hessian of a scalar function times a vector of the input's shape, without the Hessian: two ways back.
public func hessianVectorProduct(
  at x: Tensor, _ vector: Tensor, _ body: (Tensor) throws -> Tensor
) rethrows -> Tensor {
  try hessianVectorProduct(at: [x], [vector]) { try body($0[0]) }[0]
}

/// The Hessian of a scalar function of several inputs times a vector, both in parts: the vector's are of the inputs'
/// shapes, and so are the product's.
public func hessianVectorProduct(
  at inputs: [Tensor], _ vector: [Tensor], _ body: ([Tensor]) throws -> Tensor
) rethrows -> [Tensor] {
  require(
    inputs.map(\.shape) == vector.map(\.shape),
    "hessianVectorProduct: a vector of shapes \(vector.map(\.shape)) for inputs of \(inputs.map(\.shape))")
  return try gradient(at: inputs) { inputs in
    zip(try gradient(at: inputs, body), vector).reduce(Tensor(0, dtype: .float64)) { total, pair in
      total + (pair.0 * pair.1).sum().to(.float64)
    }
  }
}
