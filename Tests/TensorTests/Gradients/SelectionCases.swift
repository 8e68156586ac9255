import Tensor
import TestSupport

// What is chosen by its order or place.
extension GradientCase {
  static let selections: [GradientCase] =
    [
      of("median", "odd", .distinct([3, 5])) { $0.median(axis: 1) },
      of("median", "even, of all", .distinct([2, 4])) { $0.median() },
      of("median", "axes apart, kept", .distinct([2, 3, 2])) { $0.median(axis: [0, 2], keepingAxes: true) },
      of("quantile", "", .distinct([2, 3, 4])) { $0.quantile(0.3, axis: -1) },
      of("quantile", "the ends, first axis", .distinct([4, 3])) {
        $0.quantile(0, axis: 0) + 2 * $0.quantile(1, axis: 0)
      },
      of("quantile", "axes apart", .distinct([2, 3, 4])) { $0.quantile(0.85, axis: [2, 0]) },
      of("cumulativeMax", "", .distinct([2, 7])) { $0.cumulativeMax(axis: 1) },
      of("cumulativeMax", "first axis, reversed", .distinct([6, 2])) {
        $0.cumulativeMax(axis: 0, reversed: true)
      },
      of("cumulativeMin", "", .distinct([2, 5, 3])) { $0.cumulativeMin(axis: 1) },
      of("cumulativeMin", "one element", .distinct([2, 1])) { $0.cumulativeMin(axis: -1) },
      of("unique", "along the first axis", .distinct([4, 3])) { $0.unique(axis: 0).values },
      of("unique", "along an inner axis", .distinct([2, 3, 2])) { $0.unique(axis: 1).values },
      of("binCounts", "weights", .normal([2, 3])) {
        Tensor([0, 3, 3, 1, 0, 3] as [Int32], shape: [2, 3]).binCounts(5, weights: $0)
      },
      GradientCase(
        "meshGrid", covers: "meshGrid", inputs: [[2], [3], [2]],
        results: { Tensor.meshGrid($0[0], $0[1], $0[2]) }),
      of("maxPool3dWithIndices", "", .distinct([1, 4, 3, 4, 2])) {
        $0.maxPool3dWithIndices([2, 1, 3], stride: 1).values
      },
      of("maxUnpool3d", "", .distinct([2, 2, 4, 2, 2])) { x in
        let (values, indices) = x.maxPool3dWithIndices(2)
        return (values * 2).maxUnpool3d(indices, time: 2, height: 4, width: 2) * x
      },
    ] + ScatterCombination.allCases.flatMap(scatters)

  private static func scatters(_ combination: ScatterCombination) -> [GradientCase] {
    [
      GradientCase(
        "scatter, the \(combination) of slices", covers: "scatter", inputs: [[4, 2], .distinct([5, 2])]
      ) { $0[0].scatter($0[1], at: Tensor([2, 0, 2, -1, 2] as [Int32]), combining: combination) },
      GradientCase(
        "scatter, the \(combination) of elements", covers: "scatter", inputs: [[3, 3], .distinct([2, 4])]
      ) {
        let places = Tensor([0, 2, 0, 0, 1, 1, 1, 0] as [Int32], shape: [2, 4])
        return $0[0].scatter($0[1], elementsAt: places, axis: 1, combining: combination)
      },
    ]
  }

  private static func of(
    _ name: String, _ place: String, _ input: Input, _ body: @escaping @Sendable (Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [input]) { body($0[0]) }
  }
}
