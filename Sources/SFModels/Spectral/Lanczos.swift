import COpenBLAS
import Tensor

extension LeadingEigenvector {
  /// Of any symmetric operator on tensors of one shape, by Lanczos iteration with full reorthogonalisation: the
  /// operator's projection on the Krylov space of its powers is tridiagonal, and that small matrix's leading eigenvector
  /// approaches the operator's.
  ///
  ///     let x = LeadingEigenvector(start: Tensor(ones: s.shape)) {
  ///       spectralProduct($0, weight: d, pairwise: f)
  ///     }
  ///
  /// Keeps one float64 vector for each iteration.
  ///
  /// - Parameters:
  ///   - start: where it starts; not orthogonal to the eigenvector. Of a matrix without negative entries that is true
  ///     of ones.
  ///   - tolerance: the residual ‖M·x − λ·x‖ / |λ| at which it stops.
  ///   - limit: the most iterations; the residual tells whether they were enough.
  ///   - product: M·x, float64 for float64.
  public init(start: Tensor, tolerance: Double = 1e-9, limit: Int = 1000, product: (Tensor) -> Tensor) {
    require(limit > 0, "LeadingEigenvector: a limit of \(limit) iterations")
    var basis = KrylovBasis(first: start.to(.float64))
    var (diagonal, offDiagonal) = ([Double](), [Double]())
    var ritz = (value: 0.0, vector: [1.0])
    while true {
      let next = product(basis.last)
      require(
        next.shape == start.shape && next.dtype == .float64,
        "LeadingEigenvector: \(next.dtype) \(next.shape) is the product of float64 \(start.shape)")
      diagonal.append((next * basis.last).sum().item)
      let length = basis.append(next)
      ritz = leadingRitzPair(diagonal: diagonal, offDiagonal: offDiagonal)
      // The residual of the Ritz vector, without another product; the rounding of a sum bounds what can be reached.
      let residual = length * abs(ritz.vector[ritz.vector.count - 1])
      if residual <= tolerance * abs(ritz.value) || diagonal.count == limit { break }
      offDiagonal.append(length)
    }
    self.init(
      value: ritz.value, found: basis.combination(ritz.vector), iterations: diagonal.count, product: product)
  }
}

/// Orthonormal vectors, one row each.
private struct KrylovBasis {
  private let shape: Shape
  private var rows: [Double]
  private(set) var last: Tensor

  init(first: Tensor) {
    shape = first.shape
    last = first / first.norm()
    rows = last.array(of: Double.self)
  }

  private var size: Int { shape.elementCount }
  private var count: Int { rows.count / size }

  /// Takes from a vector what the basis spans, and appends what is left, normalised; returns its length. Twice is enough
  /// for orthogonality to working precision (Parlett, The Symmetric Eigenvalue Problem, §6.9).
  mutating func append(_ vector: Tensor) -> Double {
    var rest = vector.array(of: Double.self)
    var shares = [Double](repeating: 0, count: count)
    let (height, width) = (Int32(count), Int32(size))
    for _ in 0..<2 {
      cblas_dgemv(CblasRowMajor, CblasNoTrans, height, width, 1, rows, width, rest, 1, 0, &shares, 1)
      cblas_dgemv(CblasRowMajor, CblasTrans, height, width, -1, rows, width, shares, 1, 1, &rest, 1)
    }
    let length = cblas_dnrm2(width, rest, 1)
    if length > 0 { cblas_dscal(width, 1 / length, &rest, 1) }
    rows += rest
    last = Tensor(rest, shape: shape)
    return length
  }

  /// Σ weights[k]·row k, of the first rows.
  func combination(_ weights: [Double]) -> Tensor {
    var sum = [Double](repeating: 0, count: size)
    cblas_dgemv(
      CblasRowMajor, CblasTrans, Int32(weights.count), Int32(size), 1, rows, Int32(size), weights, 1, 0, &sum,
      1)
    return Tensor(sum, shape: shape)
  }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, and its eigenvector.
private func leadingRitzPair(
  diagonal: [Double], offDiagonal: [Double]
) -> (value: Double, vector: [Double]) {
  let n = Int32(diagonal.count)
  var (main, side) = (diagonal, offDiagonal + [0])
  var values = [Double](repeating: 0, count: diagonal.count)
  var vector = values
  var (found, support) = (Int32(0), [Int32](repeating: 0, count: 2))
  let status = LAPACKE_dstevr(
    LAPACK_COL_MAJOR, 86 /* V */, 73 /* I */, n, &main, &side, 0, 0, n, n, 0, &found, &values, &vector, n,
    &support)
  require(status == 0 && found == 1, "LeadingEigenvector: LAPACK's dstevr ended with \(status)")
  return (values[0], vector)
}
