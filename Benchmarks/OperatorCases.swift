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
    reduction("reduce.sum", [elements]) { $0.sum() },
    reduction("reduce.sum_of_rows", [elements / 128, 128]) { $0.sum(axis: 1) },
    reduction("reduce.sum_of_columns", [elements / 128, 128]) { $0.sum(axis: 0) },
    reduction("reduce.max_of_rows", [elements / 128, 128]) { $0.max(axis: 1) },
    Benchmark("softmax", Work(elements: 2 * elements)) {
      let x = Tensor(uniform: [elements / 128, 128])
      return { _ = x.softmax() }
    },
    normalization("batch_norm") { $0.batchNorm(weight: $1, bias: $2).output },
    normalization("group_norm") { $0.groupNorm(groups: 4, weight: $1, bias: $2) },
    normalization("layer_norm", [elements / 128, 128]) { $0.layerNorm(weight: $1, bias: $2) },
  ] + [512, 1024, 2048, 4096].map { matmul($0) } + [matmul(2048, .bfloat16), tinyOperator()]
}

private func elementwise(
  _ name: String, arity: Int = 1, _ function: @escaping ([Tensor]) -> Tensor
) -> Benchmark {
  Benchmark(name, Work(elements: (arity + 1) * elements)) {
    let operands = (0..<arity).map { _ in Tensor(uniform: [elements]) }
    return { _ = function(operands) }
  }
}

private func reduction(_ name: String, _ shape: Shape, _ function: @escaping (Tensor) -> Tensor) -> Benchmark
{
  Benchmark(name, Work(elements: shape.elementCount, onlyReads: true)) {
    let x = Tensor(uniform: shape)
    return { _ = function(x) }
  }
}

/// The statistics must be complete before anything is normalised, and their gradients likewise. So what does not
/// stay in the cache is read twice: the input forward, the input and the gradient back. Of layer norm, whose rows stay
/// there, once. Held are the input, the output and their gradients.
private func normalization(
  _ name: String, _ shape: Shape = [4, 256, 512, 16], _ function: @escaping (Tensor, Tensor, Tensor) -> Tensor
) -> Benchmark {
  let passes = shape.rank == 2 ? 5 : 8
  let work = Work(elements: passes * shape.elementCount, held: 4 * shape.elementCount)
  return Benchmark("\(name).forward_backward", work) {
    forwardBackward([Tensor(uniform: shape), Tensor(uniform: [shape[-1]]), Tensor(uniform: [shape[-1]])]) {
      function($0[0], $0[1], $0[2])
    }
  }
}

private func matmul(_ size: Int, _ dtype: DType = .float32) -> Benchmark {
  let work = Work(elements: 3 * size * size, operations: 2 * size * size * size)
  return Benchmark(dtype == .float32 ? "matmul.\(size)" : "matmul.\(dtype).\(size)", work) {
    let (a, b) = (Tensor(uniform: [size, size], dtype: dtype), Tensor(uniform: [size, size], dtype: dtype))
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
