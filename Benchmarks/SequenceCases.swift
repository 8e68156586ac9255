import NN
import Tensor

/// Training steps of what works along a sequence.
func sequenceBenchmarks() -> [Benchmark] {
  [transformer(), transformer(.bfloat16), lstm(), convLSTM(), convLSTM(.bfloat16)]
}

/// A block as in ViT-S (Dosovitskiy et al. 2021), on images of 224×224 in patches of 16×16.
private func transformer(_ dtype: DType = .float32) -> Benchmark {
  let (samples, length, channels, hidden) = (8, 197, 384, 1536)
  // Queries, keys, values and output; the two maps of each position; scores and what they choose.
  let maps = 2 * samples * length * (4 * channels * channels + 2 * channels * hidden)
  let attention = 2 * samples * length * length * 2 * channels
  return training(
    "transformer.training_step\(dtype == .float32 ? "" : ".bfloat16")", operations: 3 * (maps + attention)
  ) {
    let block = TransformerEncoderLayer(
      channels, heads: 6, hidden: hidden, dropout: 0, activation: GELU(), normFirst: true)
    return (block, Tensor(uniform: [samples, length, channels], dtype: dtype))
  }
}

private func lstm() -> Benchmark {
  let (samples, steps, channels) = (16, 32, 256)
  return training("lstm.training_step", operations: 3 * 2 * samples * steps * 8 * channels * channels) {
    (LSTM(channels, channels), Tensor(uniform: [samples, steps, channels]))
  }
}

private func convLSTM(_ dtype: DType = .float32) -> Benchmark {
  let (samples, frames, side, channels) = (2, 8, 64, 32)
  let operations = 3 * 2 * samples * frames * side * side * 9 * 8 * channels * channels
  return training("conv_lstm.training_step\(dtype == .float32 ? "" : ".bfloat16")", operations: operations) {
    (
      ConvLSTM2d(channels, channels, kernel: 3),
      Tensor(uniform: [samples, frames, side, side, channels], dtype: dtype)
    )
  }
}

/// Towards a target of the input's shape.
private func training(
  _ name: String, operations: Int, _ prepare: @escaping () -> (any Layer, Tensor)
) -> Benchmark {
  Benchmark(name, Work(operations: operations)) {
    let (layer, inputs) = prepare()
    let target = Tensor(uniform: inputs.shape)
    let optimizer = SGD(layer.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true)
    return {
      optimizer.step(valueWithGradient { (layer(inputs).to(.float32) - target).squared().mean() }.gradients)
    }
  }
}
