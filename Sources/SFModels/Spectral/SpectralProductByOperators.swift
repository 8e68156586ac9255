import Tensor

/// The spectral product without motion by other operators, whose gradients have gradients.
func productByOperators(
  _ x: Tensor, weight d: Tensor, planes f: Tensor, kernel: [Int], alpha: Double, _ links: SpectralGraph.Links
) -> Tensor {
  let taps = kernel.map { Tensor(spectralTaps(size: $0)).to(x.dtype) }
  let gaussian = Tensor.einsum("t,h,w->thw", taps)
  let planes = f.rank == 5 ? f : f.expandingAxis(0)
  let u = d * x
  switch links {
  case .taylor:
    // Eq. 7, term by term.
    func filtered(_ v: Tensor) -> Tensor {
      v.reshape([-1] + x.shape.dropFirst() + [1])
        .conv3d(gaussian.reshape(kernel + [1, 1]), padding: .same).reshape(v.shape)
    }
    let squares = planes.squared().sum(axis: 0)
    let cross = (planes * filtered(planes * u)).sum(axis: 0)
    return d * ((1 / alpha - squares) * filtered(u) - filtered(squares * u) + 2 * cross)
  case .exact:
    // Eq. 1, neighbour by neighbour; beyond the volume u is 0.
    func neighbours(_ v: Tensor) -> Tensor { v.unfold3d(kernel, padding: .same) }
    let features = planes.permuted(1, 2, 3, 4, 0)
    let own = features.reshape(x.shape.dimensions + [1, 1, 1, features.shape[4]])
    let links = ((neighbours(features) - own).squared().sum(axis: -1) * -alpha).exp()
    let values = neighbours(u.expandingAxis(-1)).squeezed(axis: -1)
    return d * (links * values * gaussian).sum(axis: [4, 5, 6]) / alpha
  }
}
