import CKernels

// Grid sampling by other operators, whose gradients have gradients: for each output a sum of samples, the taps, times one
// weight for each axis.
extension Tensor {
  /// As `gridSample`, where all coordinates are finite.
  func sampledByOperators(
    _ grid: Tensor, _ interpolation: Interpolation, _ padding: GridPadding, _ coordinates: ck_grid_coordinates
  ) -> Tensor {
    let axes = rank - 2, positions = Shape(grid.shape.dropLast())
    let taps = (0..<axes).map { axis in
      let size = shape[axis + 1]
      // The last axis of the image counts first.
      let coordinate = grid[.ellipsis, axes - 1 - axis].inSamples(coordinates, size: size, axis: axis + 1)
      return coordinate.taps(interpolation, padding, coordinates, size: size)
    }
    let samples = reshape(-1, shape[-1])
    func sum(from axis: Int, _ place: Tensor, _ weight: Tensor) -> Tensor {
      if axis == axes { return samples.gather(place) * weight.expandingAxis(-1) }
      let parts = taps[axis].map { tap in
        sum(from: axis + 1, place * shape[axis + 1] + tap.index, weight * tap.weight)
      }
      return parts.dropFirst().reduce(parts[0], +)
    }
    var column = Shape(repeatElement(1, count: positions.rank))
    column[0] = shape[0]
    let images = Tensor(0..<shape[0]).reshape(column).broadcast(to: positions)
    return sum(from: 0, images, Tensor(ones: positions, dtype: dtype))
  }

  /// A grid's coordinates along an axis, in samples.
  private func inSamples(_ coordinates: ck_grid_coordinates, size: Int, axis: Int) -> Tensor {
    switch coordinates {
    case ck_grid_edges: return (self + 1) * (Double(size) / 2) - 0.5
    case ck_grid_centres: return (self + 1) * (Double(size - 1) / 2)
    default:
      var line = Shape(repeatElement(1, count: rank))
      line[axis] = shape[axis]
      return self + Tensor(0..<shape[axis]).to(dtype).reshape(line)
    }
  }

  /// Places brought to where samples are; at the borders and beyond they don't move with the coordinate.
  private func padded(_ padding: GridPadding, _ coordinates: ck_grid_coordinates, size: Int) -> Tensor {
    if padding == .zeros { return self }
    var at = self
    let end = Double(size - 1)
    if padding == .reflection {
      let (low, span) = coordinates == ck_grid_edges ? (-0.5, Double(size)) : (0, end)
      if span > 0 {
        let rest = (self - low).abs().remainder(2 * span)
        at = .where(rest .> span, 2 * span - rest, rest) + low
      }
    }
    return .where(at .<= 0, 0, .where(at .>= end, end, at))
  }

  /// The samples that are read for places along an axis, and their weights: 0 outside.
  private func taps(
    _ interpolation: Interpolation, _ padding: GridPadding, _ coordinates: ck_grid_coordinates, size: Int
  ) -> [(index: Tensor, weight: Tensor)] {
    func tap(_ place: Tensor, _ weight: Tensor) -> (index: Tensor, weight: Tensor) {
      let isInside = (place .>= 0) .& (place .<= size - 1)
      return (place.clamp(min: 0, max: Double(size - 1)).to(.int32), Tensor.where(isInside, weight, 0))
    }
    switch interpolation {
    case .cubic:
      // Cubic convolution's kernel (Keys 1981), a = −0.75, at a distance of at most 1 and at most 2.
      func near(_ d: Tensor) -> Tensor { (1.25 * d - 2.25) * d * d + 1 }
      func far(_ d: Tensor) -> Tensor { ((-0.75 * d + 3.75) * d - 6) * d + 3 }
      let base = floor(), t = self - base
      return [far(t + 1), near(t), near(1 - t), far(2 - t)].enumerated().map { index, weight in
        tap((base + (index - 1)).padded(padding, coordinates, size: size).trunc(), weight)
      }
    case .linear:
      let at = padded(padding, coordinates, size: size)
      let base = at.floor(), t = at - base
      return [tap(base, 1 - t), tap(base + 1, t)]
    default:
      let nearest = padded(padding, coordinates, size: size).round()
      return [tap(nearest, Tensor(onesLike: nearest))]
    }
  }
}
