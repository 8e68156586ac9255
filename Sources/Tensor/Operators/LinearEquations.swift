import CKernels

// Linear equations through LAPACK, over the last two axes; the axes before are a batch. float32 and float64.
extension Tensor {
  /// The solution X of A X = B, for this A `[…, n, n]` and B `[…, n, k]`, or a vector `[n]`; the axes before
  /// are stretched as in arithmetic. By the LU factorisation. Throws `LinearAlgebraError` where A is
  /// singular.
  public func solve(_ b: Tensor) throws(LinearAlgebraError) -> Tensor {
    if b.rank == 1 { return try solve(b.expandingAxis(-1)).squeezed(axis: -1) }
    let (a, b) = stretched(against: b, "solve")
    let (factors, pivots, info) = Kernel.lu(a)
    if info != 0 { throw info > 0 ? .singular(operation: "solve") : .notFinite(operation: "solve") }
    let x = Kernel.luSolve(factors, pivots, b, transposed: false)
    return Tensor.recorded([x], jointly: [a, b]) { outputs, gradients, wanted in
      let (x, dx) = (outputs[0], gradients[0]!)
      let db =
        Tensor.isAnyRecorded(a, dx)
        ? try! a.transposed().solve(dx) : Kernel.luSolve(factors, pivots, dx, transposed: true)
      return [wanted[0] ? -db.matmul(x, otherTransposed: true) : nil, db]
    }[0]
  }

  /// The inverse of `[…, n, n]`. To solve an equation, `solve` is faster and more accurate. Throws
  /// `LinearAlgebraError` where a matrix is singular.
  public func inverse() throws(LinearAlgebraError) -> Tensor {
    requireSquare("inverse")
    let (factors, pivots, info) = Kernel.lu(self)
    if info != 0 { throw info > 0 ? .singular(operation: "inverse") : .notFinite(operation: "inverse") }
    let identity = Tensor(identity: shape[-1], dtype: dtype).broadcast(to: shape)
    return Kernel.luSolve(factors, pivots, identity, transposed: false).recorded { y in
      [edge { dy in -y.matmul(dy, transposed: true).matmul(y, otherTransposed: true) }]
    }
  }

  /// The determinants `[…]` of `[…, n, n]`; NaN where an element is not finite. The gradient, the cofactors,
  /// is exact for singular matrices too; those of regular ones have gradients themselves.
  public func determinant() -> Tensor {
    requireSquare("determinant")
    return Self.determinant(detached()).recorded { y in
      [
        edge { [x = self] dy in
          func matrix(_ scalar: Tensor) -> Tensor { scalar.expandingAxis(-1).expandingAxis(-1) }
          if y.isRecorded, let inverse = try? x.inverse() { return matrix(dy * y) * inverse.transposed() }
          x.noteReading()
          return matrix(dy) * Self.cofactors(x)
        }
      ]
    }
  }

  private static func determinant(_ x: Tensor) -> Tensor {
    let (factors, pivots, _) = Kernel.lu(x)
    let exchanges = (pivots .!= Tensor(1..<x.shape[-1] + 1)).to(x.dtype).sum(axis: -1)
    let sign = 1 - 2 * (exchanges - 2 * (exchanges * 0.5).floor())
    // A NaN where not all elements are finite, 0 otherwise.
    return sign * factors.diagonal().product(axis: -1) + (x * 0).sum(axis: [-2, -1])
  }

  /// det(U) det(V) U diag(Π_{j≠i} s_j) Vᵀ for x = U diag(s) Vᵀ.
  private static func cofactors(_ x: Tensor) -> Tensor {
    let n = x.shape[-1]
    if n == 0 { return x.detached() }
    guard let (u, s, v) = try? x.detached().svd() else {
      return Tensor(repeating: .nan, shape: x.shape, dtype: x.dtype)
    }
    let others = s.expandingAxis(-2).broadcast(to: x.shape)
      .replacing(where: Tensor(identity: n).to(.bool), with: 1).product(axis: -1)
    let sign = (determinant(u) * determinant(v)).round().expandingAxis(-1)
    return (u * (sign * others).expandingAxis(-2)).matmul(v)
  }

  /// The solution X of A X = B, as `solve` does, for a triangular A: only its lower (or upper) triangle is
  /// read, and with `unitDiagonal` its diagonal is taken as ones. `transposed` solves Aᵀ X = B. Throws
  /// `LinearAlgebraError` where there is a 0 on the diagonal.
  public func triangularSolve(
    _ b: Tensor, upper: Bool = false, transposed: Bool = false, unitDiagonal: Bool = false
  ) throws(LinearAlgebraError) -> Tensor {
    if b.rank == 1 {
      return try triangularSolve(
        b.expandingAxis(-1), upper: upper, transposed: transposed, unitDiagonal: unitDiagonal
      ).squeezed(axis: -1)
    }
    let (a, b) = stretched(against: b, "triangularSolve")
    if !unitDiagonal && (a.detached().diagonal() .== 0).isAnyTrue {
      throw .singular(operation: "triangularSolve")
    }
    return a.triangularSolution(b, upper: upper, transposed: transposed, unitDiagonal: unitDiagonal)
  }

  /// As `triangularSolve`, for matrices and right-hand sides of one batch; not finite where a matrix is singular.
  func triangularSolution(
    _ b: Tensor, upper: Bool = false, transposed: Bool = false, unitDiagonal: Bool = false
  ) -> Tensor {
    let x = Kernel.triangularSolve(self, b, upper: upper, transposed: transposed, unitDiagonal: unitDiagonal)
    return Tensor.recorded([x], jointly: [self, b], function: "triangularSolve") {
      [a = self] outputs, gradients, wanted in
      let x = outputs[0]
      let db = a.triangularSolution(
        gradients[0]!, upper: upper, transposed: !transposed, unitDiagonal: unitDiagonal)
      guard wanted[0] else { return [nil, db] }
      let da = transposed ? -x.matmul(db, otherTransposed: true) : -db.matmul(x, otherTransposed: true)
      let offset = unitDiagonal ? 1 : 0
      return [upper ? da.upperTriangle(offset) : da.lowerTriangle(-offset), db]
    }[0]
  }

  /// The lower triangular L with L Lᵀ = A, for symmetric positive definite A `[…, n, n]`, of which the
  /// symmetric part is taken. Throws `LinearAlgebraError` where a matrix is not positive definite.
  public func cholesky() throws(LinearAlgebraError) -> Tensor {
    let (factor, info) = Kernel.cholesky(symmetricPart("cholesky"))
    if info != 0 {
      throw info > 0 ? .notPositiveDefinite(operation: "cholesky") : .notFinite(operation: "cholesky")
    }
    return factor.recorded { factor in
      [
        edge { dy in
          // Murray, Differentiation of the Cholesky decomposition (2016), eq. 10.
          let product = factor.matmul(dy, transposed: true).lowerTriangle()
          let half = product - 0.5 * product.diagonal().diagonalMatrix()
          let left = factor.triangularSolution(half, transposed: true)
          let dx = factor.triangularSolution(left.transposed(), transposed: true)
          return 0.5 * (dx + dx.transposed())
        }
      ]
    }
  }
}

extension Tensor {
  func requireSquare(_ operation: String) {
    Kernel.requireFullPrecision(self, operation)
    require(
      rank >= 2 && shape[-1] == shape[-2], "\(operation): shape \(shape) is not one of square matrices")
  }

  /// (A + Aᵀ) / 2, off the tape.
  func symmetricPart(_ operation: String) -> Tensor {
    requireSquare(operation)
    return 0.5 * (detached() + detached().transposed())
  }

  /// Square matrices and right-hand sides with one batch.
  private func stretched(against b: Tensor, _ operation: String) -> (Tensor, Tensor) {
    requireSquare(operation)
    Kernel.requireSame(self, b, operation)
    let batch = Shape.broadcast(Shape(shape.dropLast(2)), Shape(b.shape.dropLast(2)))
    guard b.rank >= 2, b.shape[-2] == shape[-1], let batch else {
      fatalError(
        "\(operation): matrices \(shape) and right-hand sides \(b.shape) don't fit together")
    }
    return (
      broadcast(to: Shape(batch + shape.suffix(2))), b.broadcast(to: Shape(batch + b.shape.suffix(2)))
    )
  }
}

extension Kernel {
  static func cholesky(_ x: Tensor) -> (factor: Tensor, info: Int32) {
    let y = copied(x)
    let (batch, n, _) = matrices(x)
    return (y, info("cholesky", x.dtype) { ck_cholesky($0, batch, n, y.mutableElements, &$1) })
  }

  /// The factors L and U in one matrix, and the exchanges of rows, counted from 1. A matrix that holds a NaN
  /// is left as it is, its exchanges 0.
  static func lu(_ x: Tensor) -> (factors: Tensor, pivots: Tensor, info: Int32) {
    let factors = copied(x)
    let pivots = Tensor(zeros: Shape(x.shape.dropLast()), dtype: .int32)
    let (batch, n, _) = matrices(x)
    return (
      factors, pivots, info("lu", x.dtype) { ck_lu($0, batch, n, factors.mutableElements, pivots.i32, &$1) }
    )
  }

  static func luSolve(_ factors: Tensor, _ pivots: Tensor, _ b: Tensor, transposed: Bool) -> Tensor {
    let y = copied(b)
    let (batch, n, k) = matrices(b)
    run("solve", on: b.dtype) {
      ck_lu_solve($0, batch, n, k, transposed, factors.elements, pivots.i32, y.mutableElements)
    }
    return y
  }

  static func triangularSolve(
    _ a: Tensor, _ b: Tensor, upper: Bool = false, transposed: Bool = false, unitDiagonal: Bool = false
  ) -> Tensor {
    let y = copied(b)
    let (batch, n, k) = matrices(b)
    run("triangularSolve", on: b.dtype) {
      ck_triangular_solve($0, batch, n, k, upper, transposed, unitDiagonal, a.elements, y.mutableElements)
    }
    return y
  }
}
