import Tensor
import Testing

/// The check that users are to rely on finds what is wrong, and nothing else.
@Suite struct GradientCheckTests {
  static let x = Tensor(normal: [2, 3], dtype: .float64, seed: 1)
  static let y = Tensor(normal: [3], dtype: .float64, seed: 2)

  @Test func rightGradientsPass() {
    #expect(gradientCheck(at: [Self.x, Self.y], tolerance: 1e-8) { $0[0].exp() * $0[1] } == [])
    #expect(
      gradientCheck(at: [Self.x, Self.y]) { [$0[0].sin(), $0[1].squared(), $0[0].sum() * $0[1]] } == [])
    #expect(gradientCheck(at: [Self.x]) { _ in Tensor(ones: [2]) } == [])
    // Of random numbers, which are the same in every run, and of the batch's statistics.
    #expect(gradientCheck(at: [Self.x]) { $0[0].dropout(0.5) * 2 } == [])
    #expect(gradientCheck(at: [Self.x]) { $0[0].batchNorm().output } == [])
  }

  @Test func wrongGradientsAreNamed() {
    func scaled(_ x: Tensor, by scale: Tensor, _ slip: Double) -> Tensor {
      (x.detached() * scale.detached()).recorded(
        x.edge { dy in dy * scale * slip }, scale.edge { dy in (dy * x).sum(axis: 0) })
    }
    #expect(gradientCheck(at: [Self.x, Self.y]) { scaled($0[0], by: $0[1], 1) } == [])
    let errors = gradientCheck(at: [Self.x, Self.y]) { scaled($0[0], by: $0[1], 1.001) }
    #expect(errors.count == 2)
    #expect(errors[0].hasPrefix("gradient of input 0 [2, 3]: 6 of 6 elements are wrong; element 0 is "))
    #expect(errors[1].hasPrefix("gradient of input 0 alone [2, 3]: "))
    // Forgotten: a constant where there is an input.
    #expect(gradientCheck(at: [Self.x]) { ($0[0].detached() * $0[0]).sum() }.count == 2)
    // NaN is never right.
    #expect(gradientCheck(at: [Tensor([-1] as [Double])]) { $0[0].sqrt() }.count == 2)
  }

  @Test func otherElementTypesAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = gradientCheck(at: [[1, 2]]) { $0[0].exp() } }
  }
}
