import Tensor
import TestSupport

extension GradientCase {
  static let shapes: [GradientCase] = [
    of("reshape") { $0.reshape(4, -1) },
    of("reshape", "to a shape") { $0.reshape([3, 2, 2, 2]) },
    of("flattened") { $0.flattened(from: 1) },
    of("flattened", "a scalar", []) { $0.flattened() },
    of("expandingAxis") { $0.expandingAxis(1) },
    of("expandingAxis", "behind the last") { $0.expandingAxis(-1) },
    of("squeezed", "", [1, 3, 1]) { $0.squeezed() },
    of("squeezed", "one axis", [1, 3, 1]) { $0.squeezed(axis: -1) },
    of("permuted") { $0.permuted(2, 0, 1) },
    of("permuted", "four axes", [2, 3, 2, 4]) { $0.permuted([0, 3, 1, 2]) },
    of("transposed", "", [2, 3, 4]) { $0.transposed() },
    of("swappingAxes") { $0.swappingAxes(0, 2) },
    of("broadcast", "", [2, 1, 3]) { $0.broadcast(to: [4, 2, 5, 3]) },
    of("broadcast", "a scalar", []) { $0.broadcast(to: [2, 3]) },
    of("tiled", "", [2, 3]) { $0.tiled(3, 2) },
    of("tiled", "once", [2, 3]) { $0.tiled(1, 1) },
    of("tiled", "to nothing", [2, 3]) { $0.tiled(2, 0) },
    of("repeated") { $0.repeated(2, axis: 1) },
    of("repeated", "last axis") { $0.repeated(3, axis: -1) },
    of("rolled", "", [5, 2]) { $0.rolled(by: 2, axis: 0) },
    of("rolled", "backwards, round and round", [2, 3]) { $0.rolled(by: -8, axis: -1) },
    of("flipped") { $0.flipped(axis: [0, -1]) },
    of("flipped", "one axis") { $0.flipped(axis: 1) },
    of("depthToSpace", "", [1, 2, 1, 8]) { $0.depthToSpace(2) },
    of("spaceToDepth", "", [1, 2, 6, 2]) { $0.spaceToDepth(2) },
    of("pixelShuffle", "", [1, 2, 1, 9]) { $0.pixelShuffle(3) },
    of("pixelUnshuffle", "", [1, 2, 4, 3]) { $0.pixelUnshuffle(2) },
    of("unfold2d", "", [2, 3, 4, 2]) { $0.unfold2d(2) },
    of("unfold2d", "all options", [1, 4, 5, 2]) {
      $0.unfold2d(
        [2, 3], stride: [2, 1], padding: .uneven(before: [1, 0], after: [0, 2]), dilation: [1, 2])
    },
    of("fold2d", "", [2, 2, 3, 2, 2, 2]) { $0.fold2d(height: 3, width: 4) },
    of("fold2d", "all options", [1, 2, 3, 2, 3, 2]) {
      $0.fold2d(
        height: 4, width: 5, stride: [2, 1], padding: .uneven(before: [1, 0], after: [0, 2]),
        dilation: [1, 2])
    },
    of("unfold3d", "", [1, 2, 3, 4, 2]) { $0.unfold3d(2) },
    of("unfold3d", "all options", [1, 3, 4, 3, 1]) {
      $0.unfold3d(
        [2, 1, 2], stride: [1, 2, 1], padding: .uneven(before: [1, 0, 0], after: 1), dilation: [2, 1, 1])
    },
    of("fold3d", "", [1, 1, 2, 3, 2, 2, 2, 2]) { $0.fold3d(time: 2, height: 3, width: 4) },
    of("padded", "", [2, 3]) { $0.padded([(1, 2), (0, 3)]) },
    of("padded", "cut off", [4, 3]) { $0.padded([(-1, 2), (1, -2)], value: 1) },
    of("padded", "replicated", [3, 2, 2]) { $0.padded([(2, 1), (0, 3), (0, 0)], mode: .replicate) },
    of("padded", "replicated, cut off", [4, 3]) { $0.padded([(-1, 2), (1, -2)], mode: .replicate) },
    of("padded", "reflected", [4, 3, 1]) { $0.padded([(3, 1), (2, 2), (2, 1)], mode: .reflect) },
    of("padded", "reflected more than once", [2, 3]) { $0.padded([(5, 4), (0, 7)], mode: .reflect) },
    of("padded", "circular", [3, 2]) { $0.padded([(4, 1), (0, 3)], mode: .circular) },
    of("padded", "with a value", [2, 3, 2]) { $0.padded([(0, 1), (2, 0), (0, 0)], value: -4) },
    GradientCase("concatenate", covers: "concatenate", inputs: [[2, 3], [1, 3], [4, 3]]) { .concatenate($0) },
    GradientCase("concatenate, last axis", covers: "concatenate", inputs: [[2, 2, 1], [2, 2, 3]]) {
      .concatenate($0, axis: -1)
    },
    GradientCase("concatenate, an input twice", covers: "concatenate", inputs: [[2, 3], [2, 1]]) {
      .concatenate([$0[0], $0[1], $0[0]], axis: 1)
    },
    GradientCase("concatenate, one of them empty", covers: "concatenate", inputs: [[2, 3], [0, 3]]) {
      .concatenate($0)
    },
    GradientCase("concatenate, one tensor", covers: "concatenate", inputs: [[2, 3]]) { .concatenate($0) },
    GradientCase("stack", covers: "stack", inputs: [[2, 3], [2, 3]]) { .stack($0) },
    GradientCase("stack, last axis", covers: "stack", inputs: [[2, 3], [2, 3], [2, 3]]) {
      .stack($0, axis: -1)
    },
    GradientCase("split", covers: "split", inputs: [[4, 3]], results: { $0[0].split(sizes: [1, 3]) }),
    GradientCase(
      "split, last axis", covers: "split", inputs: [[2, 6]], results: { $0[0].split(into: 3, axis: -1) }),
    GradientCase(
      "split, a remainder", covers: "split", inputs: [[2, 7]], results: { $0[0].split(size: 3, axis: -1) }),
    GradientCase("split, one piece unused", covers: "split", inputs: [[2, 6]]) {
      let pieces = $0[0].split(sizes: [1, 2, 3], axis: 1)
      return pieces[0] * pieces[2]
    },
  ]

  static let indexing: [GradientCase] = [
    of("subscript", "a position") { $0[1] },
    of("subscript", "from the end") { $0[.ellipsis, -1] },
    of("subscript", "ranges", [4, 5]) { $0[1..<3, 2...] },
    of("subscript", "ranges from the end", [4, 5]) { $0[..<(-1), -3 ... -2] },
    of("subscript", "a stride", [7, 3]) { $0[.stride(from: 1, by: 2)] },
    of("subscript", "negative strides", [5, 4]) {
      $0[.stride(by: -2), .stride(from: 2, to: 0, by: -1)]
    },
    of("subscript", "new axis and ellipsis", [2, 3, 4]) { $0[.newAxis, 1, .ellipsis, .newAxis, 0..<2] },
    of("subscript", "nothing chosen", [3, 2]) { $0[2..<2] },
    of("subscript", "one element read twice", [3]) { $0[0] * $0[0] + $0[1] },
    of("subscript", "positions, one of them twice", [3, 2]) { $0[Tensor([2, 0, 2])] },
    of("subscript", "a mask", [3, 2]) { $0[Tensor([true, false, true])] },
    GradientCase("subscript, assignment at positions", covers: "subscript", inputs: [[4, 3], [2, 3]]) { x in
      var y = x[0]
      y[Tensor([3, 1])] = x[1]
      return y * x[0]
    },
    GradientCase("subscript, assignment through a mask", covers: "subscript", inputs: [[4, 3], [3]]) { x in
      var y = x[0]
      y[Tensor([true, false, false, true])] = x[1]
      y[1] = 2
      return y * x[0]
    },
    GradientCase("subscript, assignment", covers: "subscript", inputs: [[3, 4], [2, 4]]) { x in
      var y = x[0]
      y[1...] = x[1]
      return y * x[0]
    },
    GradientCase("subscript, assignment stretched", covers: "subscript", inputs: [[3, 4], []]) { x in
      var y = x[0] * 2
      y[.all, .stride(by: -2)] = x[1]
      return y.squared()
    },
    GradientCase("subscript, assignment of an input to itself", covers: "subscript", inputs: [[4]]) { x in
      var y = x[0]
      y[0..<2] = x[0][2..<4] * x[0][1..<3]
      y[3] = y[0]
      return y.squared()
    },
    GradientCase("subscript, assignment into a constant", covers: "subscript", inputs: [[2]]) { x in
      var y = Tensor(ones: [3, 2], dtype: x[0].dtype)
      y[1] = x[0]
      return y
    },
    of("gather", "", [4, 3]) { $0.gather(Tensor([2, 0, 2, 3] as [Int32])) },
    of("gather", "inner axis", [2, 3, 2]) { $0.gather(Tensor([1, 1, 0, 2, 1] as [Int32]), axis: 1) },
    of("gather", "last axis", [2, 3]) { $0.gather(Tensor([2] as [Int32]), axis: -1) },
    of("gather", "of elements", [2, 3]) {
      $0.gather(elementsAt: Tensor([0, 2, 2, 1, 1, 1, 0, 0] as [Int32], shape: [2, 4]), axis: 1)
    },
    of("gather", "of elements, first axis", [3, 2]) {
      $0.gather(elementsAt: Tensor([0, 2, 2, 1] as [Int32], shape: [2, 2]), axis: 0)
    },
    of("gather", "indices of two axes, from the end", [2, 4, 2]) {
      $0.gather(Tensor([0, -1, 2, 2] as [Int32], shape: [2, 2]), axis: 1)
    },
    of("gather", "of elements, a part of the other axis", [3, 4]) {
      $0.gather(elementsAt: Tensor([0, 2, -1, 1] as [Int32], shape: [2, 2]), axis: 0)
    },
    of("gather", "elements at positions", [2, 3, 2]) {
      $0.gather(positions: Tensor([0, 2, 1, 1, -1, 0, 0, 1, 0, 1, 2, 0] as [Int32], shape: [2, 2, 3]))
    },
    of("gather", "slices at positions", [2, 3, 2]) {
      $0.gather(positions: Tensor([0, 2, 1, -3, 0, 2] as [Int32], shape: [3, 2]))
    },
    of("gather", "positions within batches", [2, 3, 2, 2]) {
      $0.gather(positions: Tensor([2, 1, 0, 0] as [Int32], shape: [2, 1, 2]), batchAxes: 1)
    },
    of("maskedSelect", "", [2, 3]) {
      $0.maskedSelect(Tensor([true, false, true, true, false, false], shape: [2, 3]))
    },
    of("maskedSelect", "slices", [3, 2]) { $0.maskedSelect(Tensor([true, false, true])) },
    of("maskedSelect", "nothing", [3, 2]) { $0.maskedSelect(Tensor([false, false, false])) },
  ]

  private static func scatter(
    _ name: String, _ place: String, _ x: Input, _ values: Input,
    _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase("\(name), \(place)", covers: name, inputs: [x, values]) { body($0[0], $0[1]) }
  }

  static let scattering: [GradientCase] = [
    scatter("scatterAdd", "slices", [4, 3], [3, 3]) { $0.scatterAdd($1, at: Tensor([2, 0, 2] as [Int32])) },
    scatter("scatterAdd", "slices along an inner axis", [2, 4, 2], [2, 1, 2]) {
      $0.scatterAdd($1, at: Tensor([-1] as [Int32]), axis: 1)
    },
    scatter("scatterAdd", "elements", [2, 3], [2, 4]) {
      let places = Tensor([0, 2, 2, 1, 1, 1, 0, 0] as [Int32], shape: [2, 4])
      return $0.scatterAdd($1, elementsAt: places, axis: 1)
    },
    scatter("scatterAdd", "elements, a part of both", [3, 3], [3, 2]) {
      let places = Tensor([0, 2, 2, 1] as [Int32], shape: [2, 2])
      return $0.scatterAdd($1, elementsAt: places, axis: 0)
    },
    scatter("scatterAdd", "slices at positions", [2, 3, 2], [4, 2]) {
      $0.scatterAdd($1, positions: Tensor([0, 2, 1, 1, 0, -1, 1, 0] as [Int32], shape: [4, 2]))
    },
    scatter("scatter", "elements at positions, one overwritten", [2, 3], [2, 2]) {
      $0.scatter($1, positions: Tensor([0, 2, 1, 1, 0, -1, 1, 0] as [Int32], shape: [2, 2, 2]))
    },
    scatter("scatter", "slices, one overwritten", [4, 3], [3, 3]) {
      $0.scatter($1, at: Tensor([2, 0, 2] as [Int32]))
    },
    scatter("scatter", "slices along an inner axis", [2, 4, 2], [2, 1, 2]) {
      $0.scatter($1, at: Tensor([-2] as [Int32]), axis: 1)
    },
    scatter("scatter", "elements, some overwritten", [2, 3], [2, 4]) {
      let places = Tensor([0, 2, 2, 1, 1, 1, 0, 0] as [Int32], shape: [2, 4])
      return $0.scatter($1, elementsAt: places, axis: 1)
    },
    scatter("scatter", "elements, a part of both", [3, 3], [3, 2]) {
      let places = Tensor([0, 2, 2, 1] as [Int32], shape: [2, 2])
      return $0.scatter($1, elementsAt: places, axis: 0)
    },
  ]

  private static func of(
    _ name: String, _ place: String = "", _ inputs: Input = [2, 3, 4],
    _ body: @escaping @Sendable (Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [inputs]) { body($0[0]) }
  }

  static let matrixProducts: [GradientCase] = [
    product("matrices", [2, 3], [3, 4]) { $0.matmul($1) },
    product("left transposed", [3, 2], [3, 4]) { $0.matmul($1, transposed: true) },
    product("right transposed", [2, 3], [4, 3]) { $0.matmul($1, otherTransposed: true) },
    product("both transposed", [3, 2], [4, 3]) { $0.matmul($1, transposed: true, otherTransposed: true) },
    product("batch", [2, 2, 3], [2, 3, 2]) { $0.matmul($1) },
    product("batch, both transposed", [2, 3, 2], [2, 4, 3]) {
      $0.matmul($1, transposed: true, otherTransposed: true)
    },
    product("batch by one matrix", [2, 3, 2, 3], [3, 2]) { $0.matmul($1) },
    product("one matrix by batch, left transposed", [3, 2], [2, 3, 2]) { $0.matmul($1, transposed: true) },
    product("batch stretched unevenly", [2, 1, 2, 3], [3, 3, 2]) { $0.matmul($1) },
    product("batch stretched unevenly, right transposed", [1, 3, 2, 3], [2, 1, 2, 3]) {
      $0.matmul($1, otherTransposed: true)
    },
    product("vector by matrix", [3], [3, 2]) { $0.matmul($1) },
    product("vector by matrix transposed", [3], [2, 3]) { $0.matmul($1, otherTransposed: true) },
    product("matrix by vector", [2, 3], [3]) { $0.matmul($1) },
    product("matrix transposed by vector", [3, 2], [3]) { $0.matmul($1, transposed: true) },
    product("vector by vector", [4], [4]) { $0.matmul($1) },
    product("batch by vector", [2, 3, 4], [4]) { $0.matmul($1) },
    product("vector by batch", [3], [2, 3, 4]) { $0.matmul($1) },
    product("row by column", [1, 5], [5, 1]) { $0.matmul($1) },
    product("no rows", [0, 3], [3, 2]) { $0.matmul($1) },
    product("nothing to sum", [2, 0], [0, 3]) { $0.matmul($1) },
    GradientCase("matmul, a matrix by its transpose", covers: "matmul", inputs: [[3, 4]]) {
      $0[0].matmul($0[0], otherTransposed: true)
    },
  ]

  private static func product(
    _ place: String, _ a: Input, _ b: Input, _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase("matmul, \(place)", covers: "matmul", inputs: [a, b]) { body($0[0], $0[1]) }
  }
}
