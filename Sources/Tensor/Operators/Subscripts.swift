// Subscripts by tensors, and numbers read and written by subscripts.
extension Tensor {
  /// What a tensor chooses along the first axes: where it holds integers, the slices at these positions of the first axis,
  /// as `gather(_:)`; where it holds `bool`, the elements, or slices, for which it is true, as `maskedSelect(_:)`.
  ///
  /// Values that are assigned stretch to what is chosen; of equal positions the last counts.
  public subscript(chosen: Tensor) -> Tensor {
    get {
      checkSubscript(chosen)
      return chosen.dtype == .bool ? maskedSelect(chosen) : gather(chosen)
    }
    set {
      checkSubscript(chosen)
      let isMask = chosen.dtype == .bool
      let positions = isMask ? Tensor(chosen.indicesOfTrue("subscript")) : chosen
      let rest = shape.dimensions.dropFirst(isMask ? chosen.rank : 1)
      let values = newValue.broadcast(to: Shape(positions.shape.dimensions + rest))
      self = reshape(Shape([isMask ? chosen.elementCount : shape[0]] + rest))
        .scatter(values.reshape([positions.elementCount] + rest), at: positions.flattened()).reshape(shape)
    }
  }

  private func checkSubscript(_ chosen: Tensor) {
    require(
      chosen.dtype == .bool || chosen.dtype == .int32,
      "subscript: a \(chosen.dtype) tensor chooses nothing; positions are int32, masks bool")
    require(
      chosen.dtype == .int32
        ? rank > 0 : chosen.rank <= rank && chosen.shape == Shape(shape.prefix(chosen.rank)),
      "subscript: a \(chosen.dtype) tensor of shape \(chosen.shape) for shape \(shape)")
  }

  /// The slices at positions along the first axis: `x[[2, 0]]`. Values that are assigned stretch to them; of equal
  /// positions the last counts.
  public subscript(positions: [Int]) -> Tensor {
    get { self[Tensor(positions)] }
    set { self[Tensor(positions)] = newValue }
  }

  /// The only element chosen, or one number for all of them: `let y: Float = x[0, 1]`, `x[0] = 0`.
  @_disfavoredOverload
  public subscript<Number: RealNumber>(_ indices: any TensorIndex...) -> Number {
    get { Number(slice(indices.map(\.axisIndex)).item) }
    set { replace(Selection(shape, indices.map(\.axisIndex)), with: Tensor(newValue, dtype: dtype)) }
  }

  /// The only element chosen, or one number for all of them: `x[x .< 0] = 0`.
  @_disfavoredOverload
  public subscript<Number: RealNumber>(chosen: Tensor) -> Number {
    get { Number((self[chosen] as Tensor).item) }
    set {
      checkSubscript(chosen)
      guard chosen.dtype == .bool else { return self[chosen] = Tensor(newValue, dtype: dtype) }
      let mask = chosen.reshape(chosen.shape.dimensions + Array(repeating: 1, count: rank - chosen.rank))
      self = replacing(where: mask, with: newValue.doubleValue)
    }
  }
}
