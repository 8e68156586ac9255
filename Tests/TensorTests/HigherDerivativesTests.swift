import Testing

@testable import Tensor

@Suite struct HigherDerivativesTests {
  private func distance(_ a: Tensor, _ b: Tensor) -> Double {
    a.shape == b.shape ? (a - b).abs().max().item : .infinity
  }

  @Test func jacobiansOfValuesAndInputsOfAnyShape() {
    let a = Tensor(normal: [3, 4], dtype: .float64, seed: 1),
      x = Tensor(normal: [4], dtype: .float64, seed: 2)
    #expect(distance(jacobian(at: x) { a.matmul($0) }, a) < 1e-15)
    let matrix = Tensor(normal: [2, 3], dtype: .float64, seed: 3)
    let found = jacobian(at: matrix) { $0.transposed() * 2 }
    #expect(found.shape == [3, 2, 2, 3])
    for i in 0..<3 {
      for j in 0..<2 { #expect(found[i, j].sum().item == 2 && found[i, j, j, i].item == 2) }
    }
    #expect(distance(jacobian(at: x) { $0.squared().sum() }, 2 * x) < 1e-15, "a scalar's is its gradient")
    #expect(jacobian(at: x) { $0[..<0] }.shape == [0, 4])
  }

  @Test func hessiansAndTheirProducts() {
    let x = Tensor(normal: [3], dtype: .float64, seed: 4), v = Tensor(normal: [3], dtype: .float64, seed: 5)
    func f(_ x: Tensor) -> Tensor { (x.pow(3) * x.flipped(axis: 0)).sum().exp() }
    let hessian = jacobian(at: x) { gradient(at: $0, f) }
    #expect(distance(hessian, hessian.transposed()) < 1e-12)
    #expect(distance(hessianVectorProduct(at: x, v, f), hessian.matmul(v)) < 1e-11)
    // The product is differentiated like any other gradient.
    let third = gradientCheck(at: [x, v]) { hessianVectorProduct(at: $0[0], $0[1], f) }
    #expect(third == [])
  }

  @Test func productsOfSeveralInputs() {
    let (x, y): (Tensor, Tensor) = ([1, 2], [3])
    // ∂²(x² y): with respect to x, 2y and 2x; with respect to x and y, 2x.
    let found = hessianVectorProduct(at: [x, y], [[1, 0], [10]]) { ($0[0].squared() * $0[1]).sum() }
    #expect(found.map { $0.array() } == [[6 + 20, 40], [2]])
  }
}
