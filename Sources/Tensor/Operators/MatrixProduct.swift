import CKernels
import COneDNN

extension Tensor {
  /// The matrix product over the last two axes, `[…, M, K] × […, K, N] → […, M, N]`; the axes before are
  /// stretched as in arithmetic. A vector on the left is a row, on the right a column, and its axis goes.
  /// Either operand is taken transposed where asked for. Of integers the product is exact, and stops where a result is out
  /// of their range.
  public func matmul(
    _ other: Tensor, transposed: Bool = false, otherTransposed: Bool = false
  ) -> Tensor {
    if !dtype.isFloatingPoint {
      Kernel.requireSame(self, other, "matmul")
      let (a, b) = (to(.float64), other.to(.float64))
      let product = a.matmul(b, transposed: transposed, otherTransposed: otherTransposed)
      if elementCount > 0 && other.elementCount > 0 {
        let inner = shape[transposed && rank > 1 ? -2 : -1]
        require(
          a.abs().max().item * b.abs().max().item * Double(inner) < 0x1p53,
          "matmul: the products of such \(dtype) numbers may not be exact; convert with to(.float64)")
      }
      return Kernel.integers(product, of: dtype, "matmul")
    }
    if rank == 1 {
      return expandingAxis(0).matmul(other, otherTransposed: otherTransposed).squeezed(
        axis: other.rank == 1 ? 0 : -2)
    }
    if other.rank == 1 {
      return matmul(other.expandingAxis(-1), transposed: transposed).squeezed(axis: -1)
    }
    let plan = MatrixProductPlan(self, other, transposed, otherTransposed)
    return Kernel.matmul(self, other, plan).recorded(
      edge { [shape] dy in
        let dx =
          transposed
          ? other.matmul(dy, transposed: otherTransposed, otherTransposed: true)
          : dy.matmul(other, otherTransposed: !otherTransposed)
        return dx.sum(to: shape)
      },
      other.edge { [x = self] dy in
        let dy =
          otherTransposed
          ? dy.matmul(x, transposed: true, otherTransposed: transposed)
          : x.matmul(dy, transposed: !transposed)
        return dy.sum(to: other.shape)
      })
  }
}

/// The sizes of a matrix product, checked once.
struct MatrixProductPlan {
  let rows: Int, columns: Int, inner: Int
  let transposeLeft: Bool, transposeRight: Bool
  let batch: Shape
  let output: Shape

  init(_ a: Tensor, _ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool) {
    Kernel.requireSame(a, b, "matmul")
    require(a.rank >= 2 && b.rank >= 2, "matmul: shapes \(a.shape) and \(b.shape) are no matrices")
    rows = a.shape[transposeLeft ? -1 : -2]
    inner = a.shape[transposeLeft ? -2 : -1]
    columns = b.shape[transposeRight ? -2 : -1]
    let batch = Shape.broadcast(Shape(a.shape.dropLast(2)), Shape(b.shape.dropLast(2)))
    guard inner == b.shape[transposeRight ? -1 : -2], let batch else {
      fatalError("matmul: shapes \(a.shape) and \(b.shape) don't fit together")
    }
    require(
      Swift.max(rows, inner, columns) <= Int32.max,
      "matmul: shapes \(a.shape) and \(b.shape) have an axis beyond what BLAS counts")
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
    self.batch = batch
    output = Shape(batch + [rows, columns])
  }
}

extension Kernel {
  static func matmul(_ a: Tensor, _ b: Tensor, _ plan: MatrixProductPlan) -> Tensor {
    if plan.output.elementCount == 0 { return Tensor(zeros: plan.output, dtype: a.dtype) }
    let (m, n, k) = (Int64(plan.rows), Int64(plan.columns), Int64(plan.inner))
    let (left, right) = (plan.transposeLeft, plan.transposeRight)
    // A batch whose axes are stretched unevenly is laid out first; one operand shared by all stays as it is.
    let aBatch = Shape(a.shape.dropLast(2)), bBatch = Shape(b.shape.dropLast(2))
    let batch = Int64(plan.batch.elementCount)
    func operand(_ x: Tensor, _ own: Shape) -> (Tensor, Int64) {
      let size = Int64(x.shape[-1] * x.shape[-2])
      if own == plan.batch { return (x, size) }
      if own.elementCount == 1 { return (x, 0) }
      return (broadcast(x, to: Shape(plan.batch + x.shape.suffix(2))), size)
    }
    let (a, aStride) = operand(a, aBatch)
    let (b, bStride) = operand(b, bBatch)
    return make("matmul", plan.output, from: a, b) {
      onednn_matmul($0, batch, aStride, bStride, left, right, m, n, k, $1, $2, $3)
        || ck_matmul($0, batch, aStride, bStride, left, right, m, n, k, $1, $2, $3)
    }
  }
}
