/// What can stand for an axis in a subscript: an integer (the axis goes), a range, `.all`, `.ellipsis` (as
/// many axes as remain), `.newAxis`, or `.stride(from:to:by:)`. Negative positions count from the end.
public protocol TensorIndex {
  /// The choice it stands for.
  var axisIndex: AxisIndex { get }
}

/// A choice along one axis.
public enum AxisIndex: TensorIndex, Sendable {
  /// One position; the axis goes.
  case position(Int)
  /// Every `by`-th position from `from` to before `to`; nil is the end where the walk starts, or ends.
  case walk(from: Int?, to: Int?, by: Int)
  /// All axes that no other index names, whole.
  case remaining
  /// A new axis of size 1.
  case inserted

  /// Itself.
  public var axisIndex: AxisIndex { self }
}

extension TensorIndex where Self == AxisIndex {
  /// The whole axis.
  public static var all: AxisIndex { .walk(from: nil, to: nil, by: 1) }
  /// All axes that no other index names, whole.
  public static var ellipsis: AxisIndex { .remaining }
  /// A new axis of size 1.
  public static var newAxis: AxisIndex { .inserted }
  /// Every `by`-th position from `from` to before `to`; nil is the end where the walk starts, or ends. `by`
  /// may be negative.
  public static func stride(from: Int? = nil, to: Int? = nil, by: Int) -> AxisIndex {
    .walk(from: from, to: to, by: by)
  }
}

extension Int: TensorIndex {
  /// One position; the axis goes.
  public var axisIndex: AxisIndex { .position(self) }
}
extension Range<Int>: TensorIndex {
  /// The positions of the range, cut to the axis.
  public var axisIndex: AxisIndex { .walk(from: lowerBound, to: upperBound, by: 1) }
}
extension ClosedRange<Int>: TensorIndex {
  /// The positions of the range, cut to the axis.
  public var axisIndex: AxisIndex {
    .walk(from: lowerBound, to: upperBound == -1 ? nil : upperBound + 1, by: 1)
  }
}
extension PartialRangeFrom<Int>: TensorIndex {
  /// The positions from the lower bound on.
  public var axisIndex: AxisIndex { .walk(from: lowerBound, to: nil, by: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
  /// The positions before the upper bound.
  public var axisIndex: AxisIndex { .walk(from: nil, to: upperBound, by: 1) }
}
extension PartialRangeThrough<Int>: TensorIndex {
  /// The positions up to the upper bound, itself included.
  public var axisIndex: AxisIndex { .walk(from: nil, to: upperBound == -1 ? nil : upperBound + 1, by: 1) }
}

extension Tensor {
  /// The elements chosen along each axis, axes not named whole: `x[0]`, `x[.all, 2..<5]`, `x[.ellipsis, -1]`,
  /// `x[.stride(by: -2)]`. Positions beyond an axis are a programmer's error; ranges are cut to it.
  public subscript(_ indices: any TensorIndex...) -> Tensor {
    get { slice(indices.map(\.axisIndex)) }
    set { replace(Selection(shape, indices.map(\.axisIndex)), with: newValue) }
  }

  /// The elements chosen along each axis, as the subscript chooses them.
  func slice(_ indices: [AxisIndex]) -> Tensor { slice(Selection(shape, indices)) }

  func slice(_ selection: Selection) -> Tensor {
    Kernel.copy(selection, of: self).recorded(edge { [shape] dy in dy.embedded(at: selection, in: shape) })
  }

  /// Zeros of a shape with this tensor at the chosen positions: the transpose of choosing.
  func embedded(at selection: Selection, in shape: Shape) -> Tensor {
    Kernel.embed(self, at: selection, in: shape).recorded(edge { dy in dy.slice(selection) })
  }

  mutating func replace(_ selection: Selection, with value: Tensor) {
    Kernel.requireSame(self, value, "subscript assignment")
    let target = selection.shape
    let stretched = value.broadcast(to: target)
    let kept = edge { dy in
      var dx = dy
      dx.replace(selection, with: Tensor(zeros: target, dtype: dy.dtype))
      return dx
    }
    let assigned = stretched.edge { dy in dy.slice(selection) }
    // Copies nothing where no one else holds the memory: neither the value before nor after is needed on the
    // way back.
    makeUnique()
    Kernel.copy(Selection(target), of: stretched, to: selection, of: self)
    self = recorded(kept, assigned)
  }
}

extension Selection {
  init(_ shape: Shape, _ indices: [AxisIndex]) {
    self.init()
    let named = indices.filter {
      if case .position = $0 { true } else if case .walk = $0 { true } else { false }
    }
    require(named.count <= shape.rank, "subscript: \(named.count) indices for shape \(shape)")
    let steps = shape.strides
    var axis = 0
    func keepWhole(_ count: Int, _ selection: inout Selection) {
      for _ in 0..<count {
        selection.sizes.append(shape[axis])
        selection.strides.append(steps[axis])
        axis += 1
      }
    }
    for index in indices {
      switch index {
      case .inserted:
        sizes.append(1)
        strides.append(0)
      case .remaining:
        keepWhole(shape.rank - named.count, &self)
      case .position(let position):
        let found = position < 0 ? position + shape[axis] : position
        require(
          found >= 0 && found < shape[axis],
          "subscript: position \(position) lies outside axis \(axis) of shape \(shape)")
        offset += found * steps[axis]
        axis += 1
      case .walk(let from, let to, let by):
        let (start, count) = Self.walk(from, to, by, size: shape[axis])
        offset += count > 0 ? start * steps[axis] : 0
        sizes.append(count)
        strides.append(by * steps[axis])
        axis += 1
      }
    }
    keepWhole(shape.rank - axis, &self)
  }

  /// Where a walk along an axis starts, and how many steps it takes; bounds are cut to the axis.
  private static func walk(_ from: Int?, _ to: Int?, _ by: Int, size: Int) -> (start: Int, count: Int) {
    require(by != 0, "subscript: a stride of 0")
    func bound(_ position: Int, _ low: Int, _ high: Int) -> Int {
      Swift.min(Swift.max(position < 0 ? position + size : position, low), high)
    }
    if by > 0 {
      let start = bound(from ?? 0, 0, size)
      let end = to.map { bound($0, 0, size) } ?? size
      return (start, Swift.max(0, (end - start + by - 1) / by))
    }
    let start = from.map { bound($0, -1, size - 1) } ?? size - 1
    let end = to.map { bound($0, -1, size - 1) } ?? -1
    return (start, Swift.max(0, (start - end - by - 1) / -by))
  }
}
