import CSpectral
import Tensor

/// The space-time graph of a video's pixels as an explicit sparse matrix: what the filtered operator stands for, and
/// what it is checked against. Double precision; twelve bytes a link, up to 147 links a pixel with a 3×7×7 kernel.
///
/// M_ij = α⁻¹·S_i^p·S_j^p·G_ij·k(F_i − F_j) between each pixel and its neighbours, itself included, with k(Δ) =
/// exp(−α‖Δ‖²) (SFSeg++, Eq. 1) or 1 − α‖Δ‖² (Eq. 2). The Taylor form's product is that of `spectralProduct`.
public struct SpectralGraph: Sendable {
  /// How a difference of features weakens a link.
  public enum Links: String, Sendable, CaseIterable {
    /// exp(−α‖Δ‖²).
    case exact
    /// Its first-order Taylor expansion 1 − α‖Δ‖².
    case taylor
  }

  /// The shape of the volumes, `[N, T, H, W]`.
  public let shape: Shape
  private let starts: [Int64]
  private let columns: [Int32]
  private let values: [Double]

  /// Builds the matrix.
  ///
  /// - Parameters:
  ///   - d: the unary weights S^p, `[N, T, H, W]`.
  ///   - f: pairwise features, of the weights' shape or `[N, T, H, W, C]`.
  ///   - kernel: the odd sizes of the neighbourhood in time, height and width.
  ///   - alpha: how much a difference of features weakens a link.
  ///   - links: the exact links or their Taylor form.
  public init(
    weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1, links: Links
  ) {
    require(d.rank == 4, "SpectralGraph: weights of shape \(d.shape) are not [N, T, H, W]")
    let f = featurePlanes(f, of: d.shape)
    require(
      kernel.count == 3 && kernel.allSatisfy { $0 > 0 && $0 % 2 == 1 } && alpha > 0,
      "SpectralGraph: a kernel of sizes \(kernel) with alpha \(alpha)")
    require(d.elementCount <= Int32.max, "SpectralGraph: \(d.elementCount) pixels are too many")
    shape = d.shape
    let n = d.shape.map(Int64.init)
    var graph = ck_graph(
      batch: n[0], frames: n[1], height: n[2], width: n[3], channels: f.rank == 5 ? Int64(f.shape[0]) : 1,
      sizes: (Int64(kernel[0]), Int64(kernel[1]), Int64(kernel[2])), alpha: alpha, exact: links == .exact)
    let starts = [Int64](unsafeUninitializedCapacity: d.elementCount + 1) { buffer, count in
      ck_graph_starts(&graph, buffer.baseAddress)
      count = buffer.count
    }
    let (weights, features, linkCount) = (
      d.array(of: Double.self), f.array(of: Double.self), Int(starts[d.elementCount])
    )
    var values: [Double] = []
    columns = [Int32](unsafeUninitializedCapacity: linkCount) { columns, columnCount in
      values = [Double](unsafeUninitializedCapacity: linkCount) { values, valueCount in
        ck_graph_links(&graph, weights, features, starts, columns.baseAddress, values.baseAddress)
        valueCount = linkCount
      }
      columnCount = linkCount
    }
    (self.starts, self.values) = (starts, values)
  }

  /// The number of pixels: rows and columns of the matrix.
  public var nodeCount: Int { shape.elementCount }

  /// The number of entries, those between a pixel and itself included.
  public var linkCount: Int { values.count }

  /// M·x of a volume, float64.
  public func product(_ x: Tensor) -> Tensor {
    require(x.shape == shape, "SpectralGraph.product: \(x.shape) for volumes of shape \(shape)")
    let x = x.array(of: Double.self)
    return Tensor(unsafeUninitialized: shape, dtype: .float64) {
      ck_sparse_product(
        Int64(nodeCount), starts, columns, values, x, $0.assumingMemoryBound(to: Double.self).baseAddress)
    }
  }

  /// The whole matrix `[nodes, nodes]`, float64.
  public func dense() -> Tensor {
    Tensor(unsafeUninitialized: [nodeCount, nodeCount], dtype: .float64) { bytes in
      let matrix = bytes.assumingMemoryBound(to: Double.self)
      matrix.update(repeating: 0)
      for row in 0..<nodeCount {
        for link in Int(starts[row])..<Int(starts[row + 1]) {
          matrix[row * nodeCount + Int(columns[link])] = values[link]
        }
      }
    }
  }
}
