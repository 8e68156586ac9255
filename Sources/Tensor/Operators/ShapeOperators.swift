extension Tensor {
  /// The same elements, row-major, under another shape; one size may be −1 and is then found.
  public func reshape(_ sizes: Int...) -> Tensor { reshape(sizes) }

  /// The same elements, row-major, under another shape; one size may be −1 and is then found.
  public func reshape(_ sizes: [Int]) -> Tensor {
    var sizes = sizes
    if let unknown = sizes.firstIndex(of: -1) {
      let known = sizes.filter { $0 != -1 }.reduce(1, *)
      require(
        known > 0 && elementCount % known == 0, "reshape: \(shape) doesn't divide into \(sizes)")
      sizes[unknown] = elementCount / known
    }
    return reshape(Shape(sizes))
  }

  /// The same elements, row-major, under another shape.
  public func reshape(_ target: Shape) -> Tensor {
    require(
      target.elementCount == elementCount, "reshape: \(shape) doesn't hold as many elements as \(target)")
    if target == shape { return self }
    return Tensor(self, viewedAs: target).recorded(edge { [shape] dy in dy.reshape(shape) })
  }

  /// All axes from `axis` on joined into one.
  public func flattened(from axis: Int = 0) -> Tensor {
    if rank == 0 { return reshape(1) }
    let axis = shape.axis(axis)
    return reshape(Shape(shape.prefix(axis) + [shape.suffix(from: axis).reduce(1, *)]))
  }

  /// A new axis of size 1 before `axis`; −1 is behind the last one.
  public func expandingAxis(_ axis: Int) -> Tensor {
    let axis = axis < 0 ? axis + rank + 1 : axis
    require(axis >= 0 && axis <= rank, "expandingAxis: \(axis) is not a position in shape \(shape)")
    var sizes = shape.dimensions
    sizes.insert(1, at: axis)
    return reshape(Shape(sizes))
  }

  /// Without the given axes of size 1, or without all of them where none is named.
  public func squeezed(axis: (any Axes)? = nil) -> Tensor {
    let axes = axis == nil ? shape.indices.filter { shape[$0] == 1 } : shape.axes(axis)
    for axis in axes {
      require(shape[axis] == 1, "squeezed: axis \(axis) of shape \(shape) is not of size 1")
    }
    return reshape(shape.removing(axes, keepingAxes: false))
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]` of this tensor.
  public func permuted(_ permutation: Int...) -> Tensor { permuted(permutation) }

  /// The axes in another order: axis i of the result is axis `permutation[i]` of this tensor.
  public func permuted(_ permutation: [Int]) -> Tensor {
    let permutation = permutation.map(shape.axis)
    require(
      permutation.sorted() == Array(0..<rank),
      "permuted: \(permutation) doesn't name each axis of \(shape) once")
    if permutation == Array(0..<rank) { return self }
    return Kernel.permute(self, permutation).recorded(
      edge { dy in dy.permuted(permutation.indices.map { permutation.firstIndex(of: $0)! }) })
  }

  /// The last two axes exchanged: the matrix transpose.
  public func transposed() -> Tensor { swappingAxes(-1, -2) }

  /// Two axes exchanged.
  public func swappingAxes(_ a: Int, _ b: Int) -> Tensor {
    var permutation = Array(shape.indices)
    permutation.swapAt(shape.axis(a), shape.axis(b))
    return permuted(permutation)
  }

  /// Stretched to a larger shape: sizes of 1 repeat, new axes come in front.
  public func broadcast(to target: Shape) -> Tensor {
    if shape == target { return self }
    require(
      Shape.broadcast(shape, target) == target, "broadcast: shape \(shape) doesn't stretch to \(target)")
    return Kernel.broadcast(self, to: target).recorded(edge { [shape] dy in dy.sum(to: shape) })
  }

  /// The coordinates of a grid: of vectors `[A]`, `[B]`, … one tensor `[A, B, …]` each, which holds the vector along its
  /// own axis and repeats it along the others. As `torch.meshgrid` with `indexing="ij"`.
  public static func meshGrid(_ vectors: Tensor...) -> [Tensor] {
    let target = Shape(vectors.map(\.elementCount))
    return vectors.enumerated().map { axis, vector in
      require(vector.rank == 1, "meshGrid: shape \(vector.shape) is not one of a vector")
      var own = Shape(repeatElement(1, count: vectors.count))
      own[axis] = vector.elementCount
      return vector.reshape(own).broadcast(to: target)
    }
  }

  /// The whole tensor repeated `counts[i]` times along axis i.
  public func tiled(_ counts: Int...) -> Tensor { tiled(counts) }

  /// The whole tensor repeated `counts[i]` times along axis i.
  public func tiled(_ counts: [Int]) -> Tensor {
    require(
      counts.count == rank && counts.allSatisfy { $0 >= 0 }, "tiled: counts \(counts) for shape \(shape)")
    return counts.enumerated().reduce(self) { tensor, item in
      switch item.element {
      case 0: tensor.split(sizes: [0, tensor.shape[item.offset]], axis: item.offset)[0]
      case 1: tensor
      default: .concatenate(Array(repeating: tensor, count: item.element), axis: item.offset)
      }
    }
  }

  /// Each element repeated `count` times in a row along an axis.
  public func repeated(_ count: Int, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    require(count >= 0, "repeated: \(count) times")
    var (stretched, joined) = (shape.dimensions, shape)
    stretched.insert(count, at: axis + 1)
    joined[axis] *= count
    return expandingAxis(axis + 1).broadcast(to: Shape(stretched)).reshape(joined)
  }

  /// The elements moved on by `shift` positions along an axis; those that leave its end come in again at its
  /// start.
  public func rolled(by shift: Int, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    let size = shape[axis]
    if size == 0 { return self }
    let kept = size - ((shift % size) + size) % size
    if kept == size { return self }
    let parts = split(sizes: [kept, size - kept], axis: axis)
    return .concatenate([parts[1], parts[0]], axis: axis)
  }

  /// The order of the elements reversed along some axes.
  public func flipped(axis: any Axes) -> Tensor {
    let axes = shape.axes(axis)
    var selection = Selection(shape)
    for axis in axes where shape[axis] > 0 {
      selection.offset += (shape[axis] - 1) * selection.strides[axis]
      selection.strides[axis].negate()
    }
    return Kernel.copy(selection, of: self).recorded(edge { dy in dy.flipped(axis: axes) })
  }
}
