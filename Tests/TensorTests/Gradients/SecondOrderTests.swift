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
