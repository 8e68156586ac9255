import Testing

@testable import Tensor

/// What fails, and the edges of linear algebra, Fourier transforms, sums by equation and indexing.
@Suite struct LinearAlgebraTests {
  private let singular: Tensor = [[1, 2], [2, 4]]
  private let indefinite: Tensor = [[1, 2], [2, 1]]
  private let spoilt = Tensor([1, .nan, .nan, 1] as [Float], shape: [2, 2])
  private let infinite = Tensor([1, .infinity, .infinity, 1] as [Float], shape: [2, 2])

  @Test func failuresAreThrown() throws {
    #expect(throws: LinearAlgebraError.singular(operation: "solve")) { try singular.solve(Tensor(ones: [2])) }
    #expect(throws: LinearAlgebraError.singular(operation: "inverse")) { try singular.inverse() }
    #expect(throws: LinearAlgebraError.singular(operation: "inverse")) {
      try Tensor.stack([indefinite, singular]).inverse()
    }
    #expect(throws: LinearAlgebraError.singular(operation: "triangularSolve")) {
      try Tensor(zeros: [2, 2]).triangularSolve(Tensor(ones: [2, 1]))
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(operation: "cholesky")) {
      try indefinite.cholesky()
    }
    #expect(LinearAlgebraError.singular(operation: "solve").description == "solve: a matrix is singular")
  }

  @Test func whatIsNotFiniteIsToldNotTrapped() {
    for x in [spoilt, infinite, spoilt.to(.float64), infinite.to(.float64)] {
      #expect(throws: LinearAlgebraError.notFinite(operation: "symmetricEigen")) { try x.symmetricEigen() }
      #expect(throws: LinearAlgebraError.notFinite(operation: "svd")) { try x.svd() }
      #expect(x.determinant().isNaN().isAllTrue)
      #expect(x.qr().q.isNaN().isAllTrue && x.qr().r.isNaN().isAllTrue)
      _ = try? x.solve(Tensor(ones: [2], dtype: x.dtype))
      _ = try? x.cholesky()
      _ = try? x.inverse()
    }
    #expect(throws: LinearAlgebraError.notFinite(operation: "solve")) { try spoilt.solve(Tensor(ones: [2])) }
    #expect(throws: LinearAlgebraError.notFinite(operation: "cholesky")) { try spoilt.cholesky() }
  }

  @Test func emptyMatricesAreNone() throws {
    let (none, batch) = (Tensor(zeros: [0, 0]), Tensor(zeros: [0, 3, 3]))
    #expect(none.determinant().item == 1)
    #expect(try none.inverse().shape == [0, 0] && batch.inverse().shape == [0, 3, 3])
    #expect(try none.cholesky().shape == [0, 0] && none.symmetricEigen().values.shape == [0])
    #expect(try Tensor(zeros: [0, 4]).svd().vTransposed.shape == [0, 4])
    #expect(Tensor(zeros: [4, 0]).qr().q.shape == [4, 0])
    #expect(batch.determinant().shape == [0])
  }

  @Test func decompositionsHaveTheirProperties() throws {
    let x = Tensor(normal: [3, 6, 4], dtype: .float64, seed: 1)
    let identity = Tensor(identity: 4, dtype: .float64)
    let (q, r) = x.qr()
    #expect((q.matmul(r) - x).abs().max().item < 1e-13)
    #expect((q.matmul(q, transposed: true) - identity).abs().max().item < 1e-13)
    #expect((r - r.upperTriangle()).abs().max().item == 0)
    let (_, s, v) = try x.svd()
    #expect((s[.all, ..<3] .>= s[.all, 1...]).isAllTrue)
    let (values, vectors) = try x.matmul(x, transposed: true).symmetricEigen()
    #expect((values.flipped(axis: -1) - s.squared()).abs().max().item < 1e-12)
    #expect((vectors.matmul(vectors, transposed: true) - identity).abs().max().item < 1e-13)
    #expect((v.matmul(vectors).abs().flipped(axis: -1) - identity).abs().max().item < 1e-9)
  }

  /// The same bits from one thread and from two.
  @Test func batchesDoNotDependOnTheThreads() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor(normal: [64, 12, 12], seed: 2)
      func results() throws -> [[Float]] {
        let (values, vectors) = try x.symmetricEigen()
        let pairs = Tensor(normal: [70, 37, 2], seed: 3)
        return [values, vectors, try x.inverse(), try x.svd().u, pairs.fft(axis: 1), pairs.fft(axis: 0)].map {
          $0.array()
        }
      }
      Threads.count = 1
      let single = try results()
      Threads.count = 4
      #expect(try results() == single)
    }
  }

  @Test func transformsOfAnySizeAreUndone() {
    for size in [1, 2, 3, 16, 29, 31, 37, 62, 74, 97, 120, 210, 1009, 1024] {
      let x = Tensor(normal: [3, size, 2, 2], dtype: .float64, seed: UInt64(size))
      let y = x.fft(axis: 1)
      #expect((y.inverseFFT(axis: 1) - x).abs().max().item < 1e-12, "\(size)")
      // Parseval's theorem.
      #expect(
        abs(y.norm().item - x.norm().item * Double(size).squareRoot()) < 1e-10 * y.norm().item, "\(size)")
      let single = x.to(.float32).fft(axis: 1)
      #expect((single.to(.float64) - y).abs().max().item < 1e-6 * y.abs().max().item * 4, "\(size)")
      let real = x[.ellipsis, 0]
      #expect(
        (real.realFFT(axis: 1).inverseRealFFT(axis: 1, length: size) - real).abs().max().item < 1e-12,
        "\(size)")
    }
    #expect(Tensor(zeros: [0, 5, 2]).fft(axis: 1).shape == [0, 5, 2])
    #expect(Tensor(zeros: [5, 0, 2]).inverseFFT(axis: 1).shape == [5, 0, 2])
  }

  @Test func equationsMayHaveOddForms() {
    let x = Tensor(0..<6).to(.float32).reshape(2, 3)
    #expect(Tensor.einsum(" i j -> j i ", x).array() == x.transposed().array())
    #expect(Tensor.einsum("ba", x).shape == [3, 2], "the result's letters are in alphabetical order")
    #expect(Tensor.einsum("...", x).shape == [2, 3])
    #expect(Tensor.einsum("ij,j->i", x, Tensor(ones: [1])).array() == [3, 12], "an axis of size 1 stretches")
    #expect(Tensor.einsum("...j->...", x).array() == [3, 12])
  }

  @Test func indicesMayRepeatAndCountFromTheEnd() {
    let x = Tensor(0..<6).reshape(2, 3)
    #expect(x.gather(Tensor([-1, 0] as [Int32]), axis: 1).array(of: Int32.self) == [2, 0, 5, 3])
    #expect(x.gather(Tensor([-1] as [Int32])).shape == [1, 3])
    let places = Tensor([0, 0] as [Int32])
    let ones = Tensor(ones: [2, 2], dtype: .int32)
    #expect(x.scatterAdd(ones, at: places, axis: 1).array(of: Int32.self) == [2, 1, 2, 5, 4, 5])
    let news = Tensor([7, 8] as [Int32]).reshape(1, 2)
    #expect(x[..<1].scatter(news, at: places, axis: 1).array(of: Int32.self) == [8, 1, 2])
    #expect(
      x[..<1].scatter(news, elementsAt: places.reshape(1, 2), axis: 1).array(of: Int32.self) == [8, 1, 2])
    let bytes = Tensor([1, 2, 3] as [UInt8]).scatter(Tensor([9] as [UInt8]), at: Tensor([-1] as [Int32]))
    #expect(bytes.array(of: UInt8.self) == [1, 2, 9])
  }

  @Test func masksAndPlaces() {
    let x = Tensor([0, 1, 0, 2, 0, 3] as [Int32]).reshape(2, 3)
    #expect(x.nonzero().array(of: Int32.self) == [0, 1, 1, 0, 1, 2])
    #expect(Tensor(5).nonzero().shape == [1, 0] && Tensor(0).nonzero().shape == [0, 0])
    #expect(x.maskedSelect(x .> 1).array(of: Int32.self) == [2, 3])
    #expect(x.maskedSelect(Tensor([false, true])).shape == [1, 3])
    #expect(Tensor(7).maskedSelect(Tensor([true], shape: [])).shape == [1])
  }

  @Test func integersStayIntegers() {
    let x = Tensor([-3, 0, 5] as [Int32])
    #expect(x.sign().array(of: Int32.self) == [-1, 0, 1])
    #expect(x.clamp(min: -1, max: 2).array(of: Int32.self) == [-1, 0, 2])
    #expect(x.remainder(4).array(of: Int32.self) == [1, 0, 1])
    #expect(x.remainder(Tensor([-2, 0, 3] as [Int32])).array(of: Int32.self) == [-1, 0, 2])
    #expect(x.product().item == 0 && x.max().item == 5 && x[0].pow(3).item == -27)
    #expect(x.cumulativeSum(axis: 0, exclusive: true).array(of: Int32.self) == [0, -3, -3])
    #expect(x.cumulativeSum(axis: 0, exclusive: true, reversed: true).array(of: Int32.self) == [5, 5, 0])
    #expect(x.reshape(1, 3).matmul(x).item == 34 && Tensor.einsum("i,j->", x, x).item == 4)
    let bytes = Tensor([200, 7] as [UInt8])
    #expect((bytes + bytes).array(of: UInt8.self) == [144, 14], "bytes wrap")
    #expect((Tensor([3, 7] as [UInt8]) - bytes).array(of: UInt8.self) == [59, 0])
  }
}
