/// The axes of a walk over several operands at once, neighbours merged where every operand allows it, so
/// that most walks come down to one or two axes.
struct Walk {
  private(set) var sizes: [Int64] = []
  private(set) var strides: [[Int64]]

  init(_ shape: Shape, _ operands: [Int]...) {
    strides = operands.map { _ in [] }
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      let step = operands.map { Int64($0[axis]) }
      let size = Int64(shape[axis])
      if let outer = sizes.first,
        zip(step, strides).allSatisfy({ $0 == $1[0] * outer })
      {
        sizes[0] *= size
      } else {
        sizes.insert(size, at: 0)
        for operand in strides.indices { strides[operand].insert(step[operand], at: 0) }
      }
    }
    if sizes.isEmpty {
      sizes = [1]
      strides = strides.map { _ in [1] }
    }
  }

  var rank: Int32 { Int32(sizes.count) }
}
