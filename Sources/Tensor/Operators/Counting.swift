// Which elements there are, and how many of each.
extension Tensor {
  /// The different elements in ascending order; for each element its position among them, of this tensor's shape; and how
  /// often each occurs (both `int32`). Every NaN is an element of its own.
  public func unique() -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    let (ordered, order) = flattened().sorted()
    if elementCount == 0 { return (ordered, order.reshape(shape), order) }
    let isNew = Tensor.concatenate([Tensor([true]), ordered[1...] .!= ordered[..<(-1)]])
    let ranks = isNew.to(.int32).cumulativeSum(axis: 0) - 1
    let values = ordered.maskedSelect(isNew)
    let counts = Tensor(zeros: values.shape, dtype: .int32)
      .scatterAdd(Tensor(ones: ranks.shape, dtype: .int32), at: ranks)
    return (
      values, Tensor(zeros: ranks.shape, dtype: .int32).scatter(ranks, at: order).reshape(shape), counts
    )
  }

  /// The different slices along an axis, in ascending order of their first elements that differ; for each slice its position
  /// among them, and how often each occurs (both `int32`, of one axis).
  public func unique(axis: Int) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    let axis = shape.axis(axis)
    let others = shape.indices.filter { $0 != axis }
    let (count, size) = (shape[axis], others.reduce(1) { $0 * shape[$1] })
    let elements = permuted([axis] + others).array(of: Double.self)
    func slice(_ index: Int) -> ArraySlice<Double> { elements[index * size..<(index + 1) * size] }
    let order = (0..<count).sorted { slice($0).lexicographicallyPrecedes(slice($1)) }
    var (first, inverse, counts) = ([Int32](), [Int32](repeating: 0, count: count), [Int32]())
    for index in order {
      if let last = first.last, slice(Int(last)) == slice(index) {
        counts[counts.count - 1] += 1
      } else {
        first.append(Int32(index))
        counts.append(1)
      }
      inverse[index] = Int32(counts.count - 1)
    }
    return (gather(Tensor(first), axis: axis), Tensor(inverse), Tensor(counts))
  }
}

extension Tensor {
  /// How often each of `0..<count` is among these integers, `int32` `[count]`; or the sum of the weights, of this
  /// tensor's shape, at each.
  public func binCounts(_ count: Int, weights: Tensor? = nil) -> Tensor {
    let positions = to(.int32).flattened()
    require(
      weights.map { $0.shape == shape } ?? true,
      "binCounts: of shape \(shape), with weights of shape \(weights?.shape ?? shape)")
    if let outside = positions.index(outside: 0..<count, "binCounts") {
      fatalError("binCounts: \(outside) is not one of 0 ..< \(count)")
    }
    let values = weights?.flattened() ?? Tensor(ones: positions.shape, dtype: .int32)
    return Tensor(zeros: [count], dtype: values.dtype).scatterAdd(values, at: positions)
  }

  /// How many elements lie in each of `bins` parts of a range, all of one width, `int32` `[bins]`. The range's end counts
  /// to the last part, what lies outside to none.
  public func histogram(bins: Int, in range: ClosedRange<Double>) -> Tensor {
    let width = range.upperBound - range.lowerBound
    require(bins > 0 && width > 0 && width.isFinite, "histogram: \(bins) bins of the range \(range)")
    // Integers in float64, which holds them all.
    let x = detached().to(dtype == .float32 || dtype == .bfloat16 ? .float32 : .float64).flattened()
    let inside = x.maskedSelect((x .>= range.lowerBound) .& (x .<= range.upperBound))
    let positions = ((inside - range.lowerBound) * Double(bins) / width).floor().clamp(max: Double(bins - 1))
    return positions.binCounts(bins)
  }
}
