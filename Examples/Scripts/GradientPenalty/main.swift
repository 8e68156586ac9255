// A Wasserstein GAN with gradient penalty (Gulrajani et al. 2017) that learns points on a circle.
//     swift run -c release GradientPenalty
// 30 lines of code; 35 in PyTorch: pytorch.py.
import NN
import Tensor

Tensor.randomState = 1
let width = 32, batch = 64
let generator = Sequential(Linear(4, width), ReLU(), Linear(width, width), ReLU(), Linear(width, 2))
let critic = Sequential(Linear(2, width), SiLU(), Linear(width, width), SiLU(), Linear(width, 1))
let generating = Adam(generator.parameters, learningRate: 1e-3, betas: (0, 0.9))
let judging = Adam(critic.parameters, learningRate: 5e-3, betas: (0, 0.9))

func noise() -> Tensor { Tensor(normal: [batch, 4]) }
func circle() -> Tensor {
  let angles = Tensor(uniform: [batch, 1], in: 0..<2 * Double.pi)
  return .concatenate([angles.cos(), angles.sin()], axis: 1)
}

for step in 1...400 {
  for _ in 0..<3 {
    let (real, fake, share) = (circle(), generator(noise()), Tensor(uniform: [batch, 1]))
    let (_, gradients) = valueWithGradient {
      let slope = gradient(at: share * real + (1 - share) * fake) { critic($0).sum() }
      let penalty = (slope.norm(axis: 1) - 1).squared().mean()
      return critic(fake).mean() - critic(real).mean() + penalty
    }
    judging.step(gradients)
  }
  let (_, gradients) = valueWithGradient { -critic(generator(noise())).mean() }
  generating.step(gradients)
  if step % 100 == 0 {
    let radii = generator(noise()).norm(axis: 1)
    print("step \(step): radius \(radii.mean().item) ± \(radii.standardDeviation().item)")
  }
}
