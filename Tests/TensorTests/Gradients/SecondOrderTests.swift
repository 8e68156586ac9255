import Foundation
import TestSupport
import Testing

@testable import Tensor

/// Gradients of gradients, of every case of the first-order table: as the function that takes inputs and cotangents to the
/// inputs' gradients, whose gradient along random directions is compared with central differences.
@Suite struct SecondOrderTests {
  /// At kinks, where a gradient jumps; and where one isn't known, and stops by name.
  static let withoutSecondOrder: Set = [
    "maximum, ties", "minimum, ties", "max, two equal", "min, two equal",
    "abs, 0, where differences give 0 too",
    "determinant, singular", "determinant, singular twice",
  ]

  static let table = GradientTests.table.filter { !withoutSecondOrder.contains($0.name) }

  @Test(arguments: table)
  func agreesWithCentralDifferences(_ check: GradientCase) {
    #expect(secondOrderErrors(check) == [])
  }

  /// float32 and bfloat16 take other kernels and conversions.
  @Test(arguments: table)
  func otherElementTypesTakeTheSameWays(_ check: GradientCase) {
    func found(_ dtype: DType) -> [Tensor] {
      func sum(_ results: [Tensor], _ seed: Int) -> Tensor {
        results.enumerated().reduce(Tensor(0, dtype: .float64)) { total, item in
          let weights = Tensor(normal: item.element.shape, dtype: .float64, seed: UInt64(seed + item.offset))
          return total + (item.element.to(.float64) * weights).sum()
        }
      }
      let inputs = check.values().map { $0.to(.float32).to(dtype) }
      return gradient(at: inputs) { x in sum(gradient(at: x) { sum(check.body($0), 7) }, 70) }
    }
    // Where a body makes float64 tensors of its own, others have nothing to say.
    guard !check.name.contains("float64") else { return }
    let wide = found(.float64)
    for (narrow, wide) in zip(found(.float32), wide) where wide.elementCount > 0 {
      #expect(narrow.dtype == .float32)
      let scale = max(1, wide.abs().max().item)
      #expect((narrow.to(.float64) - wide).abs().max().item <= 1e-3 * scale)
    }
    guard GradientTests.anyPrecision.contains(where: { $0.name == check.name }) else { return }
    #expect(found(.bfloat16).allSatisfy { $0.dtype == .bfloat16 && $0.isFinite().isAllTrue })
  }

  @Test func coversEveryDifferentiableOperator() throws {
    let operators = Set(GradientTests.table.flatMap(\.covers))
    #expect(
      operators.subtracting(Self.table.flatMap(\.covers)) == [], "operators without a second-order case")
    #expect(Self.table.count == GradientTests.table.count - Self.withoutSecondOrder.count)
  }

  @Test func theCheckFindsWhatIsWrong() {
    // An output that its own way back takes for a constant.
    let constant = GradientCase("constant output", inputs: [[3]]) { x in
      let y = x[0].detached().exp()
      return y.recorded(x[0].edge { dy in dy * y })
    }
    #expect(gradientErrors(constant) == [] && secondOrderErrors(constant).count == 1)
    let right = GradientCase("recorded output", inputs: [[3]]) { x in
      x[0].detached().exp().recorded { y in [x[0].edge { dy in dy * y }] }
    }
    #expect(secondOrderErrors(right) == [])
  }
}
