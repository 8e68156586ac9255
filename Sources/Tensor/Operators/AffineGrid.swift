// Grids for `gridSample`.
extension Tensor {
  /// The grid `[N, height, width, 2]` of affine maps `[N, 2, 3]` (PyTorch's `affine_grid`): each output's position (x, y),
  /// from −1 to 1, mapped to the position that `gridSample` then reads.
  public func affineGrid2d(height: Int, width: Int, alignCorners: Bool = false) -> Tensor {
    affineGrid([height, width], alignCorners, "affineGrid2d")
  }

  /// The grid `[N, time, height, width, 3]` of affine maps `[N, 3, 4]` of (x, y, t).
  public func affineGrid3d(time: Int, height: Int, width: Int, alignCorners: Bool = false) -> Tensor {
    affineGrid([time, height, width], alignCorners, "affineGrid3d")
  }

  private func affineGrid(_ sizes: [Int], _ alignCorners: Bool, _ name: String) -> Tensor {
    let axes = sizes.count
    require(
      rank == 3 && shape[1] == axes && shape[2] == axes + 1 && sizes.allSatisfy { $0 >= 0 },
      "\(name): maps of shape \(shape) over \(sizes)")
    let positions = Shape(sizes)
    // The last axis of the grid counts first.
    var coordinates = sizes.indices.reversed().map { axis in
      let size = sizes[axis]
      let reach = alignCorners ? (size > 1 ? 1.0 : 0) : Double(size - 1) / Double(Swift.max(size, 1))
      var line = Shape(repeatElement(1, count: axes))
      line[axis] = size
      return Tensor(linearFrom: -reach, to: reach, count: size, dtype: dtype).reshape(line)
        .broadcast(to: positions)
    }
    coordinates.append(Tensor(ones: positions, dtype: dtype))
    let flat = Tensor.stack(coordinates, axis: -1).reshape([positions.elementCount, axes + 1])
    return flat.matmul(self, otherTransposed: true).reshape(Shape([shape[0]] + sizes + [axes]))
  }
}
