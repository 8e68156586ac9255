import Tensor
import TestSupport

extension GradientCase {
  /// Well-conditioned matrices.
  private static func regular(_ x: Tensor) -> Tensor { x + 3 * Tensor(identity: x.shape[-1], dtype: x.dtype) }
  private static func positive(_ x: Tensor) -> Tensor {
    x.matmul(x, otherTransposed: true) + Tensor(identity: x.shape[-2], dtype: x.dtype)
  }
  /// Eigenvalues, and singular values, that lie apart.
  private static func spread(_ x: Tensor) -> Tensor {
    0.3 * x
      + Tensor(from: 1, to: Double(x.shape[-1] + 1), dtype: x.dtype).diagonalMatrix()[..<x.shape[-2], .all]
  }

  private static func of(
    _ name: String, _ place: String = "", _ inputs: [Input] = [[3, 3]],
    _ body: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: inputs) { try! body($0) }
  }
  private static func several(
    _ name: String, _ place: String = "", _ input: Input,
    _ body: @escaping @Sendable (Tensor) throws -> [Tensor]
  ) -> GradientCase {
    GradientCase(
      place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [input], results: { try! body($0[0]) }
    )
  }

  static let linearEquations: [GradientCase] = [
    of("solve", "", [[3, 3], [3, 2]]) { try regular($0[0]).solve($0[1]) },
    of("solve", "a vector", [[3, 3], [3]]) { try regular($0[0]).solve($0[1]) },
    of("solve", "a batch of right-hand sides", [[2, 2], [3, 2, 1]]) { try regular($0[0]).solve($0[1]) },
    of("solve", "a batch of matrices", [[2, 1, 2, 2], [3, 2, 2]]) { try regular($0[0]).solve($0[1]) },
    of("solve", "nothing", [[0, 0], [0, 2]]) { try $0[0].solve($0[1]) },
    of("inverse") { try regular($0[0]).inverse() },
    of("inverse", "a batch", [[2, 2, 2]]) { try regular($0[0]).inverse() },
    of("determinant") { $0[0].determinant() },
    of("determinant", "a batch", [[2, 4, 4]]) { $0[0].determinant() },
    of("determinant", "singular", [.values([1, 2, 2, 4], [2, 2])]) { $0[0].determinant() },
    of("determinant", "singular twice", [.values([1, 2, 3, 2, 4, 6, 3, 6, 9], [3, 3])]) {
      $0[0].determinant()
    },
    of("triangularSolve", "", [[3, 3], [3, 2]]) { try regular($0[0]).triangularSolve($0[1]) },
    of("triangularSolve", "upper", [[3, 3], [3, 2]]) {
      try regular($0[0]).triangularSolve($0[1], upper: true)
    },
    of("triangularSolve", "transposed", [[2, 3, 3], [3]]) {
      try regular($0[0]).triangularSolve($0[1], transposed: true)
    },
    of("triangularSolve", "upper, transposed, ones on the diagonal", [[3, 3], [3, 2]]) {
      try $0[0].triangularSolve($0[1], upper: true, transposed: true, unitDiagonal: true)
    },
    of("triangularSolve", "ones on the diagonal", [[3, 3], [2, 3, 2]]) {
      try $0[0].triangularSolve($0[1], unitDiagonal: true)
    },
    of("cholesky", "", [[3, 4]]) { try positive($0[0]).cholesky() },
    of("cholesky", "a batch", [[2, 2, 3]]) { try positive($0[0]).cholesky() },
    of("cholesky", "the symmetric part") {
      try (6 * Tensor(identity: 3, dtype: $0[0].dtype) + $0[0]).cholesky()
    },
  ]

  static let decompositions: [GradientCase] = [
    several("symmetricEigen", "", [3, 3]) { x in
      let (values, vectors) = try spread(x).symmetricEigen()
      return [values, vectors]
    },
    several("symmetricEigen", "values only, a batch", [2, 3, 3]) { [try $0.symmetricEigen().values] },
    several("symmetricEigen", "equal eigenvalues, a function of the matrix", [2, 2]) { x in
      let (values, vectors) = try (0 * x + Tensor(identity: 2, dtype: x.dtype)).symmetricEigen()
      return [(vectors * values.expandingAxis(-2)).matmul(vectors, otherTransposed: true)]
    },
    several("svd", "", [3, 3]) { x in
      let (u, s, v) = try spread(x).svd()
      return [u, s, v]
    },
    several("svd", "tall", [3, 4]) { x in
      let (u, s, v) = try spread(x).transposed().svd()
      return [u, s, v]
    },
    several("svd", "wide", [2, 4]) { x in
      let (u, s, v) = try spread(x).svd()
      return [u, s, v]
    },
    several("svd", "values only, a batch", [2, 3, 2]) { [try $0.svd().s] },
    several("svd", "one side only", [2, 4]) { [try spread($0).svd().vTransposed] },
    several("qr", "", [3, 3]) { [$0.qr().q, $0.qr().r] },
    several("qr", "tall", [2, 4, 2]) { [$0.qr().q, $0.qr().r] },
    several("qr", "wide", [2, 4]) { [$0.qr().q, $0.qr().r] },
    several("qr", "wide, one part", [2, 4]) { [$0.qr().r] },
  ]

  static let diagonals: [GradientCase] = [
    of("diagonal") { $0[0].diagonal() },
    of("diagonal", "axes apart", [[3, 2, 4]]) { $0[0].diagonal(0, 2, offset: 1) },
    of("diagonal", "below, in reverse", [[3, 2, 4]]) { $0[0].diagonal(2, 0, offset: -2) },
    of("diagonal", "beyond", [[2, 3]]) { $0[0].diagonal(offset: 5) },
    of("diagonalMatrix", "", [[2, 3]]) { $0[0].diagonalMatrix() },
    of("lowerTriangle", "", [[2, 3, 4]]) { $0[0].lowerTriangle() },
    of("lowerTriangle", "higher", [[3, 4]]) { $0[0].lowerTriangle(1) },
    of("upperTriangle", "", [[4, 3]]) { $0[0].upperTriangle() },
    of("upperTriangle", "lower", [[4, 3]]) { $0[0].upperTriangle(-2) },
  ]

  static let fourier: [GradientCase] = [
    of("fft", "", [[2, 6, 2]]) { $0[0].fft(axis: 1) },
    of("fft", "a large prime, first axis", [[37, 2]]) { $0[0].fft(axis: 0) },
    of("fft", "two axes", [[2, 4, 7, 3, 2]]) { $0[0].fft(axis: [1, 2]) },
    of("inverseFFT", "", [[5, 3, 2]]) { $0[0].inverseFFT(axis: [0, 1]) },
    of("realFFT", "", [[2, 4, 5, 2]]) { $0[0].realFFT(axis: [1, 2]) },
    of("realFFT", "last axis", [[6]]) { $0[0].realFFT(axis: -1) },
    of("inverseRealFFT", "even", [[4, 2]]) { $0[0].inverseRealFFT(axis: -1, length: 6) },
    of("inverseRealFFT", "odd, two axes", [[3, 3, 2]]) { $0[0].inverseRealFFT(axis: [0, 1], length: 5) },
    of("complex", "", [[3], [3]]) { .complex($0[0], $0[1]) },
    of("conjugated", "", [[3, 2]]) { $0[0].conjugated() },
    of("complexProduct", "", [[3, 2], [4, 1, 2]]) { $0[0].complexProduct($0[1]) },
    of("complexProduct", "the parts", [[3, 2]]) { $0[0].realPart * $0[0].imaginaryPart },
  ]

  private static func einsum(_ equation: String, _ inputs: Input...) -> GradientCase {
    GradientCase("einsum, \(equation)", covers: "einsum", inputs: inputs) { .einsum(equation, $0) }
  }

  static let einsteinSums: [GradientCase] = [
    einsum("ij,jk->ik", [2, 3], [3, 4]),
    einsum("ij,jk", [2, 3], [3, 4]),
    einsum("bhwc,c->bhw", [2, 3, 2, 4], [4]),
    einsum("ii->i", [3, 3]),
    einsum("ii", [3, 3]),
    einsum("iji->j", [3, 2, 3]),
    einsum("ij->", [2, 3]),
    einsum("ij->ji", [2, 3]),
    einsum("i,j->ji", [2], [3]),
    einsum("bij,bjk->bik", [2, 2, 3], [2, 3, 2]),
    einsum("bij,bkj->kbi", [2, 2, 3], [2, 4, 3]),
    einsum("jbi,jbk->bik", [3, 2, 2], [3, 2, 4]),
    einsum("...ij,...jk->...ik", [2, 1, 2, 3], [4, 3, 2]),
    einsum("i...->...", [2, 3, 2]),
    einsum("ab,bc,cd->ad", [2, 3], [3, 2], [2, 4]),
    einsum("ab,ab,ab->a", [2, 3], [2, 3], [2, 3]),
    einsum("i,i->", [4], [4]),
    einsum(",i->i", [], [4]),
    einsum("ij,kl->", [2, 3], [2, 2]),
    einsum("aab,bc->ac", [2, 2, 3], [3, 2]),
    einsum("ij,jk->ik ", [2, 0], [0, 2]),
  ]
}
