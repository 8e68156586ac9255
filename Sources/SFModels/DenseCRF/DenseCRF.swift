import Tensor

/// The fully connected conditional random field over pixels: labels that agree with unary energies, and with the labels
/// of all pixels that are near in place and colour (Krähenbühl and Koltun, Efficient Inference in Fully Connected CRFs
/// with Gaussian Edge Potentials, NIPS 2011). Mean-field inference, Potts compatibility, kernels normalised
/// symmetrically, filtered on the permutohedral lattice.
///
///     let refined = DenseCRF()(mask: soft, images: frames)
///
/// Images `[N, H, W, C]` are fields of their own; a video `[N, T, H, W, C]` is one field in space and time.
public struct DenseCRF: Sendable, Hashable {
  /// A Gaussian over the differences of two pixels.
  public struct Kernel: Sendable, Hashable {
    /// How much disagreement costs.
    public var weight: Double
    /// The standard deviation over places, in pixels.
    public var position: Double
    /// The standard deviation over time, in frames; for videos.
    public var time: Double
    /// The standard deviation over colours, in the images' own units; nil where colours play no part.
    public var color: Double?

    /// A kernel of its parameters.
    public init(weight: Double, position: Double, time: Double, color: Double? = nil) {
      (self.weight, self.position, self.time, self.color) = (weight, position, time, color)
    }

    /// Neighbours agree: removes small islands.
    public static let smoothness = Kernel(weight: 3, position: 3, time: 1)
    /// Pixels of a similar colour agree; for images in [0, 1].
    public static let appearance = Kernel(weight: 10, position: 80, time: 3, color: 13.0 / 255)
  }

  /// What couples the pixels.
  public var kernels: [Kernel]
  /// The number of mean-field updates.
  public var iterations: Int

  /// A field of its kernels.
  public init(kernels: [Kernel] = [.smoothness, .appearance], iterations: Int = 5) {
    (self.kernels, self.iterations) = (kernels, iterations)
  }

  /// The foreground's marginal for a soft mask in [0, 1], `[N, H, W]` or `[N, T, H, W]`, and its images, which have
  /// channels last beside.
  public func callAsFunction(mask: Tensor, images: Tensor) -> Tensor {
    // A certain pixel could never change.
    let foreground = mask.clamp(min: 1e-5, max: 1 - 1e-5)
    let energies = -Tensor.stack([1 - foreground, foreground], axis: -1).log()
    return marginals(energies: energies, images: images)[.ellipsis, 1]
  }

  /// The marginals of the labels, of the energies' shape, float32.
  ///
  /// - Parameters:
  ///   - energies: −log P of each of K labels for each pixel by itself, `[N, H, W, K]` or `[N, T, H, W, K]`.
  ///   - images: the images, `[N, H, W, C]` or `[N, T, H, W, C]`.
  public func marginals(energies: Tensor, images: Tensor) -> Tensor {
    require(
      (energies.rank == 4 || energies.rank == 5) && images.rank == energies.rank
        && images.shape.dropLast() == energies.shape.dropLast(),
      "DenseCRF: energies \(energies.shape) and images \(images.shape) don't fit together")
    let fields = (0..<energies.shape[0]).map { marginals(ofField: energies[$0], image: images[$0]) }
    return Tensor.stack(fields)
  }

  /// Of one image `[H, W, K]` or video `[T, H, W, K]`.
  private func marginals(ofField energies: Tensor, image: Tensor) -> Tensor {
    let unary = energies.to(.float32).reshape(-1, energies.shape[-1])
    let couplings = kernels.map { Coupling($0, image: image.to(.float32)) }
    var q = (-unary).softmax()
    for _ in 0..<iterations {
      q = couplings.reduce(-unary) { $0 + $1.message(q) }.softmax()
    }
    return q.reshape(energies.shape)
  }
}

/// One kernel over the pixels of an image or video.
private struct Coupling {
  let weight: Double
  let lattice: PermutohedralLattice
  let norm: Tensor

  init(_ kernel: DenseCRF.Kernel, image: Tensor) {
    let sizes = Array(image.shape.dropLast())
    // Across, down, in time: the order matters to the lattice, a little.
    let deviations = [kernel.position, kernel.position, kernel.time]
    var features = zip(sizes.indices.reversed(), deviations).map { axis, deviation in
      (Tensor(from: 0, to: Double(sizes[axis])) / deviation)
        .reshape(Shape(sizes.indices.map { $0 == axis ? sizes[axis] : 1 } + [1]))
        .broadcast(to: Shape(sizes + [1]))
    }
    if let color = kernel.color { features.append(image / color) }
    let positions = Tensor.concatenate(features, axis: -1)
    lattice = PermutohedralLattice(positions: positions.reshape(-1, positions.shape[-1]))
    norm = 1 / (lattice.filter(Tensor(ones: [lattice.pointCount, 1])) + 1e-20).sqrt()
    weight = kernel.weight
  }

  /// Σ_j k(i, j)·q_j, k normalised symmetrically: divided by the roots of both pixels' sums.
  func message(_ q: Tensor) -> Tensor { weight * norm * lattice.filter(norm * q) }
}
