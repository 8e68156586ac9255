import CKernels

// Batches of matrices `[…, m, n]` through LAPACK. What can fail tells so by LAPACK's `info`, 0 where all went
// well.
extension Kernel {
  /// The sizes of a batch of matrices.
  static func matrices(_ x: Tensor) -> (batch: Int64, rows: Int64, columns: Int64) {
    (Int64(x.shape.dropLast(2).reduce(1, *)), Int64(x.shape[-2]), Int64(x.shape[-1]))
  }

  static func symmetricEigen(_ x: Tensor) -> (values: Tensor, vectors: Tensor, info: Int32) {
    let vectors = copied(x)
    let values = Tensor(uninitialized: Shape(x.shape.dropLast()), x.dtype)
    let (batch, n, _) = matrices(x)
    let info =
      x.dtype == .float32
      ? ck_symmetric_eigen_f32(batch, n, vectors.f32, values.f32)
      : ck_symmetric_eigen_f64(batch, n, vectors.f64, values.f64)
    return (values, vectors, info)
  }

  static func svd(_ x: Tensor) -> (u: Tensor, s: Tensor, vTransposed: Tensor, info: Int32) {
    let (batch, m, n) = matrices(x)
    let (front, k) = (x.shape.dropLast(2), Int(Swift.min(m, n)))
    let u = Tensor(uninitialized: Shape(front + [Int(m), k]), x.dtype)
    let s = Tensor(uninitialized: Shape(front + [k]), x.dtype)
    let v = Tensor(uninitialized: Shape(front + [k, Int(n)]), x.dtype)
    let scratch = copied(x)
    let info =
      x.dtype == .float32
      ? ck_svd_f32(batch, m, n, scratch.f32, u.f32, s.f32, v.f32)
      : ck_svd_f64(batch, m, n, scratch.f64, u.f64, s.f64, v.f64)
    return (u, s, v, info)
  }

  /// A matrix that holds a NaN is left as it is.
  static func qr(_ x: Tensor) -> (q: Tensor, r: Tensor) {
    let (batch, m, n) = matrices(x)
    let (front, k) = (x.shape.dropLast(2), Int(Swift.min(m, n)))
    let q = Tensor(uninitialized: Shape(front + [Int(m), k]), x.dtype)
    let r = Tensor(uninitialized: Shape(front + [k, Int(n)]), x.dtype)
    let scratch = copied(x)
    if x.dtype == .float32 {
      _ = ck_qr_f32(batch, m, n, scratch.f32, q.f32, r.f32)
    } else {
      _ = ck_qr_f64(batch, m, n, scratch.f64, q.f64, r.f64)
    }
    return (q, r)
  }

  static func cholesky(_ x: Tensor) -> (factor: Tensor, info: Int32) {
    let y = copied(x)
    let (batch, n, _) = matrices(x)
    return (y, x.dtype == .float32 ? ck_cholesky_f32(batch, n, y.f32) : ck_cholesky_f64(batch, n, y.f64))
  }

  /// The factors L and U in one matrix, and the exchanges of rows, counted from 1. A matrix that holds a NaN
  /// is left as it is, its exchanges 0.
  static func lu(_ x: Tensor) -> (factors: Tensor, pivots: Tensor, info: Int32) {
    let factors = copied(x)
    let pivots = Tensor(zeros: Shape(x.shape.dropLast()), dtype: .int32)
    let (batch, n, _) = matrices(x)
    let info =
      x.dtype == .float32
      ? ck_lu_f32(batch, n, factors.f32, pivots.i32) : ck_lu_f64(batch, n, factors.f64, pivots.i32)
    return (factors, pivots, info)
  }

  static func luSolve(_ factors: Tensor, _ pivots: Tensor, _ b: Tensor, transposed: Bool) -> Tensor {
    let y = copied(b)
    let (batch, n, k) = matrices(b)
    if b.dtype == .float32 {
      ck_lu_solve_f32(batch, n, k, transposed, factors.f32, pivots.i32, y.f32)
    } else {
      ck_lu_solve_f64(batch, n, k, transposed, factors.f64, pivots.i32, y.f64)
    }
    return y
  }

  static func triangularSolve(
    _ a: Tensor, _ b: Tensor, upper: Bool = false, transposed: Bool = false, unitDiagonal: Bool = false
  ) -> Tensor {
    let y = copied(b)
    let (batch, n, k) = matrices(b)
    if b.dtype == .float32 {
      ck_triangular_solve_f32(batch, n, k, upper, transposed, unitDiagonal, a.f32, y.f32)
    } else {
      ck_triangular_solve_f64(batch, n, k, upper, transposed, unitDiagonal, a.f64, y.f64)
    }
    return y
  }
}
