import Tensor

/// What the memory keeps of frames: how they are found, `[N, H·W, K]`, and what is told then, `[N, H·W, V]`.
struct MemorizedFrame: Sendable {
  let key: Tensor
  let value: Tensor
}

/// Reads a memory (SAMN, equations 3 and 4): for each place of the queries `[N, L, K]` the mean of the values of all
/// T·H·W cells, weighted by softmax(QKᵀ/√K), `[N, L, V]`.
///
/// The scores of one frame at a time are all that exists of the matrix: the softmax goes on from frame to frame by its
/// running maximum and sum (Milakov & Gimelshein 2018), and its weights are computed anew on the way back. So a query of L
/// places takes O(L·(H·W + V)) of memory whatever T is, and O(T·H·W·L·(K + V)) operations.
func read(_ memory: [MemorizedFrame], _ queries: Tensor) -> Tensor {
  require(
    !memory.isEmpty && memory.allSatisfy { $0.key.shape[-1] == queries.shape[-1] },
    "reading a memory of \(memory.count) frames by queries \(queries.shape)")
  let scale = 1 / Double(queries.shape[-1]).squareRoot()
  let (q, frames) = (
    queries.detached(), memory.map { MemorizedFrame(key: $0.key.detached(), value: $0.value.detached()) }
  )
  func scores(_ frame: MemorizedFrame) -> Tensor { (q * scale).matmul(frame.key, otherTransposed: true) }

  var state: (maximum: Tensor, sum: Tensor, output: Tensor)?
  for frame in frames {
    let s = scores(frame)
    let own = s.max(axis: -1, keepingAxes: true)
    let maximum = state.map { .maximum($0.maximum, own) } ?? own
    let weights = (s - maximum).exp()
    let (sum, output) = (weights.sum(axis: -1, keepingAxes: true), weights.matmul(frame.value))
    let kept = state.map { ($0.maximum - maximum).exp() }
    state = (
      maximum, kept.map { state!.sum * $0 + sum } ?? sum, kept.map { state!.output * $0 + output } ?? output
    )
  }
  let output = state!.output / state!.sum
  let normalization = state!.maximum + state!.sum.log()

  let inputs = [queries] + memory.flatMap { [$0.key, $0.value] }
  return output.recorded(jointly: inputs) { dy, _ in
    let mean = (dy * output).sum(axis: -1, keepingAxes: true)
    var dq = Tensor(zerosLike: q)
    let gradients = frames.flatMap { frame -> [Tensor?] in
      let weights = (scores(frame) - normalization).exp()
      let ds = weights * (dy.matmul(frame.value, otherTransposed: true) - mean) * scale
      dq += ds.matmul(frame.key)
      return [ds.matmul(q, transposed: true), weights.matmul(dy, transposed: true)]
    }
    return [dq] + gradients
  }
}
