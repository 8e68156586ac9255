import Tensor

private let elements = 8 << 20

/// Operators over 8 M elements, batch norm, products of matrices, and what recording costs.
func operatorBenchmarks() -> [Benchmark] {
  [
    elementwise("elementwise.add", arity: 2) { $0[0] + $0[1] },
    elementwise("elementwise.multiply", arity: 2) { $0[0] * $0[1] },
    elementwise("elementwise.exp") { $0[0].exp() },
    elementwise("elementwise.sigmoid") { $0[0].sigmoid() },
    elementwise("elementwise.gelu") { $0[0].gelu() },
    elementwise("elementwise.relu") { $0[0].relu() },
    Benchmark("reduce.sum", Work(elements: elements)) {
      let x = Tensor(uniform: [elements])
      return { _ = x.sum() }
    },
    Benchmark("softmax", Work(elements: 2 * elements)) {
      let x = Tensor(uniform: [elements / 128, 128])
      return { _ = x.softmax() }
    },
    batchNorm(),
  ] + [512, 1024, 2048].map(matmul) + [tinyOperator()]
}

private func elementwise(
  _ name: String, arity: Int = 1, _ function: @escaping ([Tensor]) -> Tensor
) -> Benchmark {
  Benchmark(name, Work(elements: (arity + 1) * elements)) {
    let operands = (0..<arity).map { _ in Tensor(uniform: [elements]) }
    return { _ = function(operands) }
  }
}

/// The statistics must be complete before anything is normalised, and their gradients likewise. So what does not
/// stay in the cache is read twice: the input forward, the input and the gradient back.
private func batchNorm() -> Benchmark {
  let shape: Shape = [4, 256, 512, 16]
  return Benchmark("batch_norm.forward_backward", Work(elements: 8 * shape.elementCount)) {
    forwardBackward([Tensor(uniform: shape), Tensor(uniform: [16]), Tensor(uniform: [16])]) {
      $0[0].batchNorm(weight: $0[1], bias: $0[2]).output
    }
  }
}

private func matmul(_ size: Int) -> Benchmark {
  let work = Work(elements: 3 * size * size, operations: 2 * size * size * size)
  return Benchmark("matmul.\(size)", work) {
    let (a, b) = (Tensor(uniform: [size, size]), Tensor(uniform: [size, size]))
    return { _ = a.matmul(b) }
  }
}

/// What an operator costs beside its arithmetic: one addition of scalars, recorded, its record released.
private func tinyOperator() -> Benchmark {
  Benchmark("tape.tiny_operator", unit: .microseconds) {
    let count = 1000
    let x = Tensor(1)
    let time = medianMilliseconds {
      _ = pullback(at: [x]) { inputs in
        var y = inputs[0]
        for _ in 0..<count { y = y + inputs[0] }
        return y
      }
    }
    return 1000 * time / Double(count)
  }
}
