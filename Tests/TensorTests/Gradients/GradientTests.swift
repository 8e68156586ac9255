import Foundation
import TestSupport
import Testing

@testable import Tensor

@Suite struct GradientTests {
  static let table: [GradientCase] =
    anyPrecision + GradientCase.linearEquations + GradientCase.decompositions + GradientCase.fourier

  /// Of what takes bfloat16 too.
  static let anyPrecision: [GradientCase] =
    GradientCase.arithmetic + GradientCase.functions + GradientCase.reductions + GradientCase.shapes
    + GradientCase.indexing + GradientCase.scattering + GradientCase.matrixProducts
    + GradientCase.convolutions
    + GradientCase.transposedConvolutions + GradientCase.pooling + GradientCase.normalization
    + GradientCase.resampling + GradientCase.sampling + GradientCase.sampleConvolutions
    + GradientCase.diagonals + GradientCase.einsteinSums + GradientCase.attention
    + GradientCase.vectors + GradientCase.selections

  @Test(arguments: table)
  func agreesWithCentralDifferences(_ check: GradientCase) {
    #expect(gradientErrors(check) == [])
  }

  /// float32 takes other kernels, whose gradients must be those of float64.
  @Test(arguments: table)
  func float32AgreesWithFloat64(_ check: GradientCase) {
    // Where a body makes float64 tensors of its own, float32 has nothing to say.
    guard !check.name.contains("float64") else { return }
    expectAgreement(check, .float32, with: .float64, rounding: .float32, tolerance: 2e-5)
  }

  /// bfloat16 is float32 rounded after each operator.
  @Test(arguments: anyPrecision)
  func bfloat16AgreesWithFloat32(_ check: GradientCase) {
    // Rounding may take a sum to the other side of ReLU's kink, and a sampled position to another place.
    let isBrittle = ["conv2d, relu", "deformableConv2d, all options"].contains(check.name)
    guard !check.name.contains("float64") && !isBrittle else { return }
    expectAgreement(check, .bfloat16, with: .float32, rounding: .bfloat16, tolerance: 0.05)
  }

  /// Value and gradients at inputs that both types can hold.
  private func expectAgreement(
    _ check: GradientCase, _ narrow: DType, with wide: DType, rounding: DType, tolerance: Double
  ) {
    func found(_ dtype: DType) -> [Tensor] {
      let inputs = check.values().map { $0.to(rounding).to(dtype) }
      let (value, gradients) = valueWithGradient(at: inputs) { x in
        check.body(x).enumerated().reduce(Tensor(0, dtype: wide)) { total, item in
          let cotangent = Tensor(normal: item.element.shape, dtype: .float64, seed: 7 + UInt64(item.offset))
          return total + (item.element.to(wide) * cotangent.to(wide)).sum()
        }
      }
      #expect(zip(gradients, inputs).allSatisfy { $0.dtype == $1.dtype })
      return [value] + gradients
    }
    for (narrow, wide) in zip(found(narrow), found(wide)) {
      let scale = max(1, wide.elementCount == 0 ? 0 : wide.abs().max().item)
      let error = wide.elementCount == 0 ? 0 : (narrow.to(.float64) - wide.to(.float64)).abs().max().item
      #expect(error <= tolerance * scale, "off by \(error) at a scale of \(scale)")
    }
  }

  @Test func coversEveryDifferentiableOperator() throws {
    let covered = Set(Self.table.flatMap(\.covers))
    let operators = try differentiableOperators()
    #expect(operators.count > 80, "the sources were not read")
    #expect(operators.subtracting(covered).sorted() == [], "operators without a gradient case")
    #expect(covered.subtracting(operators).sorted() == [], "cases of operators that don't exist")
  }

  @Test func theCheckFindsWrongGradients() {
    func errors(_ pullback: @escaping @Sendable (Tensor) -> Tensor) -> [String] {
      gradientErrors(
        GradientCase("squares", inputs: [[3]]) { x in
          x[0].detached().squared().recorded(x[0].edge { dy in pullback(dy) })
        })
    }
    #expect(errors { $0 * 7 }.count == 2)
    #expect(errors { $0 * .nan }.count == 2)
    #expect(errors { $0 * 0 }.count == 2)
  }

  @Test func namesAreUnique() {
    let names = Dictionary(grouping: Self.table, by: \.name).filter { $1.count > 1 }
    #expect(names.keys.sorted() == [])
  }

  /// The public functions of Tensor's operators that return tensors, read from the sources.
  private func differentiableOperators() throws -> Set<String> {
    let withoutGradient: Set = [
      ".==", ".!=", ".<", ".<=", ".>", ".>=", ".&", ".|", ".^", ".!", "any", "all", "isNaN", "isFinite",
      "isClose",
      "argmax", "argmin",
      "oneHot", "lovaszWeights", "nonzero", "isInfinite",
      "histogram", "linearSumAssignment",
      "dropout",  // random, and checked by itself
    ]
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Tensor")
      .standardized
    let folder = root.appending(path: "Operators")
    let files =
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      + [root.appending(path: "Creation.swift")]
    let declaration = try NSRegularExpression(
      pattern:
        #"public (?:static )?(?:prefix )?(?:func (\.[^\s(]+|[^\s(<]+)[^{]*?|(subscript)\([^{]*?)\)\s*->\s*([^{]*)\{"#
    )
    var found: Set<String> = []
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in declaration.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
        func part(_ index: Int) -> String? {
          Range(match.range(at: index), in: text).map { String(text[$0]) }
        }
        guard part(3)?.contains("Tensor") == true, let name = part(1) ?? part(2) else { continue }
        found.insert(name.replacing("`", with: ""))
      }
    }
    return found.subtracting(withoutGradient)
  }
}
