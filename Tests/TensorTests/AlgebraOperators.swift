@testable import Tensor

extension Options {
  /// The operator of a configuration of Fixtures/algebra.py, applied to its operands; nil where it is not one
  /// of those.
  func applyAlgebra(_ name: String, _ x: [Tensor]) throws -> Tensor? {
    switch name {
    case "solve": return try x[0].solve(x[1])
    case "inverse": return try x[0].inverse()
    case "determinant": return x[0].determinant()
    case "triangular_solve":
      return try x[0].triangularSolve(x[1], upper: flag("upper"), unitDiagonal: flag("unit"))
    case "cholesky":
      let identity = Tensor(identity: x[0].shape[-2], dtype: x[0].dtype)
      return try (x[0].matmul(x[0], otherTransposed: true) + identity).cholesky()
    case "symmetric_eigen":
      let (values, vectors) = try (x[0] + x[0].transposed()).symmetricEigen()
      return joined(values, vectors.matmul(values.sin().diagonalMatrix()).matmul(vectors.transposed()))
    case "svd":
      let (u, s, v) = try x[0].svd()
      return joined(s, u.matmul(s.sin().diagonalMatrix()).matmul(v))
    case "qr":
      let (q, r) = x[0].qr()
      return joined(q.matmul(q, otherTransposed: true), r.abs())
    case "fft", "fft_long":
      return flag("inverse") ? x[0].inverseFFT(axis: integers("axes")) : x[0].fft(axis: integers("axes"))
    case "real_fft": return x[0].realFFT(axis: integers("axes"))
    case "inverse_real_fft": return x[0].inverseRealFFT(axis: integers("axes"), length: integer("length"))
    case "einsum": return .einsum(text("equation"), x)
    case "diagonal":
      return x[0].diagonal(integers("axes")[0], integers("axes")[1], offset: integer("offset"))
    case "triangle":
      return flag("upper") ? x[0].upperTriangle(integer("diagonal")) : x[0].lowerTriangle(integer("diagonal"))
    default: return applyIndexing(name, x) ?? applyFunction(name, x)
    }
  }

  private func applyIndexing(_ name: String, _ x: [Tensor]) -> Tensor? {
    switch name {
    case "index_select": x[0].gather(indices, axis: integer("axis"))
    case "gather_elements": x[0].gather(elementsAt: indices, axis: integer("axis"))
    case "scatter_add_elements": x[0].scatterAdd(x[1], elementsAt: indices, axis: integer("axis"))
    case "scatter_elements": x[0].scatter(x[1], elementsAt: indices, axis: integer("axis"))
    case "index_add": x[0].scatterAdd(x[1], at: indices, axis: integer("axis"))
    case "index_copy": x[0].scatter(x[1], at: indices, axis: integer("axis"))
    case "masked_select":
      x[0].maskedSelect(
        Tensor(integers("mask").map { $0 != 0 }, shape: Shape(x[0].shape.prefix(integer("axis") + 1))))
    default: nil
    }
  }

  private func applyFunction(_ name: String, _ x: [Tensor]) -> Tensor? {
    switch name {
    case "cumulative_sum": x[0].cumulativeSum(axis: integer("axis"))
    case "product": x[0].product(axis: integer("axis"))
    case "top_k": x[0].topK(integer("count"), axis: integer("axis"), largest: flag("largest")).values
    case "sort": x[0].sorted(axis: integer("axis"), descending: flag("descending")).values
    case "roll": x[0].rolled(by: integer("shift"), axis: integer("axis"))
    case "repeat": x[0].repeated(integer("count"), axis: integer("axis"))
    case "tile": x[0].tiled(integers("counts"))
    case "log_sum_exp": x[0].logSumExp(axis: integers("axes"), keepingAxes: flag("kept"))
    case "remainder": x[0].remainder(x[1])
    case "arctangent_of_two": .atan2(x[0], x[1])
    case "function":
      switch text("function") {
      case "tan": x[0].tan()
      case "asin": x[0].asin()
      case "acos": x[0].acos()
      case "atan": x[0].atan()
      case "sinh": x[0].sinh()
      case "cosh": x[0].cosh()
      case "asinh": x[0].asinh()
      case "acosh": x[0].acosh()
      default: x[0].atanh()
      }
    default: nil
    }
  }

  private var indices: Tensor {
    Tensor(integers("indices").map(Int32.init), shape: Shape(integers("index_shape")))
  }

  private func joined(_ parts: Tensor...) -> Tensor { .concatenate(parts.map { $0.flattened() }) }
}
