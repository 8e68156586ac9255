import CKernels

// Decompositions through LAPACK, over the last two axes; the axes before are a batch. float32 and float64.
extension Tensor {
  /// The eigenvalues `[…, n]`, ascending, and the eigenvectors `[…, n, n]`, in columns, of symmetric matrices
  /// `[…, n, n]`: A = V diag(λ) Vᵀ. The symmetric part of what is given is taken.
  ///
  /// The gradient of the vectors supposes distinct eigenvalues, or a result that does not depend on the
  /// choice of the vectors that share one. Throws `LinearAlgebraError` where an element is not finite.
  public func symmetricEigen() throws(LinearAlgebraError) -> (values: Tensor, vectors: Tensor) {
    let x = symmetricPart("symmetricEigen")
    guard x.isFinite().isAllTrue else { throw .notFinite(operation: "symmetricEigen") }
    let (values, vectors, info) = Kernel.symmetricEigen(x)
    if info != 0 { throw .notConverged(operation: "symmetricEigen") }
    let outputs = Tensor.recorded([values, vectors], jointly: [self]) { outputs, gradients, _ in
      let (values, vectors) = (outputs[0], outputs[1])
      var core = Tensor(zerosLike: vectors)
      if let dv = gradients[1] {
        core += vectors.matmul(dv, transposed: true).divided(byDifferencesOf: values)
      }
      if let dvalues = gradients[0] { core += dvalues.diagonalMatrix() }
      let dx = vectors.matmul(core).matmul(vectors, otherTransposed: true)
      return [0.5 * (dx + dx.transposed())]
    }
    return (outputs[0], outputs[1])
  }

  /// The singular value decomposition A = U diag(s) Vᵀ of matrices `[…, m, n]`, with k = min(m, n): U `[…, m,
  /// k]`, s `[…, k]`, descending, and Vᵀ `[…, k, n]`.
  ///
  /// The gradients of U and V suppose distinct singular values other than 0, or a result that does not depend
  /// on the choice of the vectors. Throws `LinearAlgebraError` where an element is not finite.
  public func svd() throws(LinearAlgebraError) -> (u: Tensor, s: Tensor, vTransposed: Tensor) {
    requireMatrices("svd")
    guard isFinite().isAllTrue else { throw .notFinite(operation: "svd") }
    let (u, s, v, info) = Kernel.svd(self)
    if info != 0 { throw .notConverged(operation: "svd") }
    let outputs = Tensor.recorded([u, s, v], jointly: [self]) { outputs, gradients, _ in
      [Self.svdGradient(outputs[0], outputs[1], outputs[2], gradients[0], gradients[1], gradients[2])]
    }
    return (outputs[0], outputs[1], outputs[2])
  }

  private static func svdGradient(
    _ u: Tensor, _ s: Tensor, _ v: Tensor, _ du: Tensor?, _ ds: Tensor?, _ dv: Tensor?
  ) -> Tensor {
    let (rows, columns) = (s.expandingAxis(-1), s.expandingAxis(-2))
    let k = s.shape[-1]
    func skew(_ x: Tensor) -> Tensor { (x - x.transposed()).divided(byDifferencesOf: s.squared()) }
    func overS(_ x: Tensor, _ s: Tensor) -> Tensor { x / s.replacing(where: s .== 0, with: .infinity) }
    var core = ds?.diagonalMatrix() ?? Tensor(zeros: Shape(s.shape + [k]), dtype: s.dtype)
    if let du { core += skew(u.matmul(du, transposed: true)) * columns }
    if let dv { core += rows * skew(v.matmul(dv, otherTransposed: true)) }
    var dx = u.matmul(core).matmul(v)
    if let du, u.shape[-2] > k {
      dx += overS(du - u.matmul(u.matmul(du, transposed: true)), columns).matmul(v)
    }
    if let dv, v.shape[-1] > k {
      dx += u.matmul(overS(dv - dv.matmul(v, otherTransposed: true).matmul(v), rows))
    }
    return dx
  }

  /// Orthonormal columns Q `[…, m, k]` and an upper triangular R `[…, k, n]` with A = Q R, for matrices `[…,
  /// m, n]`, with k = min(m, n). NaN where an element is not finite. The gradient supposes that the first k
  /// columns are independent.
  public func qr() -> (q: Tensor, r: Tensor) {
    requireMatrices("qr")
    // A NaN where not all elements are finite, 0 otherwise.
    let flaw = (detached() * 0).sum(axis: [-2, -1], keepingAxes: true)
    let factors = Kernel.qr(self)
    let (q, r) = (factors.q + flaw, factors.r + flaw)
    let outputs = Tensor.recorded([q, r], jointly: [self]) { [x = self] outputs, gradients, _ in
      let (q, r) = (outputs[0], outputs[1])
      let dq = gradients[0] ?? Tensor(zerosLike: q)
      let dr = gradients[1] ?? Tensor(zerosLike: r)
      let k = q.shape[-1]
      guard r.shape[-1] > k else { return [Self.qrGradient(q, r, dq, dr)] }
      // The columns behind the first k are Q times theirs of R.
      let (dHead, dTail) = (dr[.ellipsis, ..<k], dr[.ellipsis, k...])
      let head = Self.qrGradient(
        q, r[.ellipsis, ..<k], dq + x[.ellipsis, k...].matmul(dTail, otherTransposed: true), dHead)
      return [.concatenate([head, q.matmul(dTail)], axis: -1)]
    }
    return (outputs[0], outputs[1])
  }

  /// Walter, Lehmann and Lamour, On evaluating higher-order derivatives of the QR decomposition (2012), for m
  /// ≥ n.
  private static func qrGradient(_ q: Tensor, _ r: Tensor, _ dq: Tensor, _ dr: Tensor) -> Tensor {
    let m = r.matmul(dr, otherTransposed: true) - dq.matmul(q, transposed: true)
    let symmetric = m.lowerTriangle() + m.lowerTriangle(-1).transposed()
    let right = (dq + q.matmul(symmetric)).transposed()
    return r.triangularSolution(right, upper: true).transposed()
  }

  private func requireMatrices(_ operation: String) {
    Kernel.requireFullPrecision(self, operation)
    require(rank >= 2, "\(operation): shape \(shape) is not one of matrices")
  }

  /// Element (i, j) divided by `values[j] - values[i]`; 0 where these are equal.
  private func divided(byDifferencesOf values: Tensor) -> Tensor {
    let differences = values.expandingAxis(-2) - values.expandingAxis(-1)
    return self / differences.replacing(where: differences .== 0, with: .infinity)
  }
}

// What can fail tells so by LAPACK's `info`, 0 where all went well.
extension Kernel {
  /// The sizes of a batch of matrices `[…, m, n]`.
  static func matrices(_ x: Tensor) -> (batch: Int64, rows: Int64, columns: Int64) {
    (Int64(x.shape.dropLast(2).reduce(1, *)), Int64(x.shape[-2]), Int64(x.shape[-1]))
  }

  /// Runs a kernel of LAPACK; returns its `info`.
  static func info(_ operation: String, _ dtype: DType, _ kernel: (ck_type, inout Int32) -> Bool) -> Int32 {
    var info: Int32 = 0
    run(operation, on: dtype) { kernel($0, &info) }
    return info
  }

  static func symmetricEigen(_ x: Tensor) -> (values: Tensor, vectors: Tensor, info: Int32) {
    let vectors = copied(x)
    let values = Tensor(uninitialized: Shape(x.shape.dropLast()), x.dtype)
    let (batch, n, _) = matrices(x)
    let info = info("symmetricEigen", x.dtype) {
      ck_symmetric_eigen($0, batch, n, vectors.mutableElements, values.mutableElements, &$1)
    }
    return (values, vectors, info)
  }

  static func svd(_ x: Tensor) -> (u: Tensor, s: Tensor, vTransposed: Tensor, info: Int32) {
    let (batch, m, n) = matrices(x)
    let (front, k) = (x.shape.dropLast(2), Int(Swift.min(m, n)))
    let u = Tensor(uninitialized: Shape(front + [Int(m), k]), x.dtype)
    let s = Tensor(uninitialized: Shape(front + [k]), x.dtype)
    let v = Tensor(uninitialized: Shape(front + [k, Int(n)]), x.dtype)
    let scratch = copied(x)
    let info = info("svd", x.dtype) {
      ck_svd(
        $0, batch, m, n, scratch.mutableElements, u.mutableElements, s.mutableElements, v.mutableElements, &$1
      )
    }
    return (u, s, v, info)
  }

  /// A matrix that holds a NaN is left as it is.
  static func qr(_ x: Tensor) -> (q: Tensor, r: Tensor) {
    let (batch, m, n) = matrices(x)
    let (front, k) = (x.shape.dropLast(2), Int(Swift.min(m, n)))
    let q = Tensor(uninitialized: Shape(front + [Int(m), k]), x.dtype)
    let r = Tensor(uninitialized: Shape(front + [k, Int(n)]), x.dtype)
    let scratch = copied(x)
    _ = info("qr", x.dtype) {
      ck_qr($0, batch, m, n, scratch.mutableElements, q.mutableElements, r.mutableElements, &$1)
    }
    return (q, r)
  }
}
