import Tensor

/// PyTorch's default initialisation of convolutions and linear layers: uniform within ±1/√fanIn, for the weight
/// (Kaiming uniform with a = √5) and the bias alike.
func uniformByFanIn(_ shape: Shape, fanIn: Int) -> Tensor {
  let bound = 1 / Double(max(fanIn, 1)).squareRoot()
  return Tensor(uniform: shape, in: -bound..<bound)
}
