import Tensor

/// Dense optical flow: for each pixel p of one image the displacement to where it is seen in another,
/// so that `second(p + flow(p))` shows what `first(p)` does.
public struct FlowField: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The displacements `[height, width, 2]` in pixels: x to the right, y down.
  public let vectors: [Float]
  /// The pixels whose displacement is known; nil where all are, as in an estimate. Files of true flow may have
  /// holes: the displacement is (0, 0) there.
  public let known: Mask?

  /// A field of the given displacements `[height, width, 2]`.
  public init(height: Int, width: Int, vectors: [Float], known: Mask? = nil) {
    require(
      width > 0 && height > 0 && vectors.count == 2 * width * height,
      "FlowField: \(vectors.count) numbers for \(height)×\(width)×2")
    require(
      known == nil || known?.width == width && known?.height == height,
      "FlowField: a mask of \(known!.height)×\(known!.width) for a field of \(height)×\(width)")
    self.width = width
    self.height = height
    self.vectors = vectors
    self.known = known
  }

  /// A field that moves every pixel alike.
  public init(height: Int, width: Int, everywhere vector: SIMD2<Float> = .zero) {
    self.init(
      height: height, width: width, vectors: (0..<2 * width * height).map { vector[$0 % 2] })
  }

  /// The displacements of a tensor `[H, W, 2]`.
  public init(_ tensor: Tensor) {
    require(tensor.rank == 3 && tensor.shape[2] == 2, "FlowField: a tensor of shape \(tensor.shape)")
    self.init(
      height: tensor.shape[0], width: tensor.shape[1], vectors: tensor.to(.float32).array(of: Float.self))
  }

  /// The displacements as `[H, W, 2]`, float32; `unknown`, where given, stands where they aren't known.
  public func tensor(unknown: Double? = nil) -> Tensor {
    let tensor = Tensor(vectors, shape: [height, width, 2])
    guard let unknown, let known else { return tensor }
    return tensor.replacing(where: known.tensor() .== 0, with: unknown)
  }

  /// The displacement of the pixel in column `x`, row `y`.
  public subscript(x: Int, y: Int) -> SIMD2<Float> {
    require(
      0 <= x && x < width && 0 <= y && y < height, "FlowField: no (\(x), \(y)) in \(height)×\(width)")
    return vector(y * width + x)
  }

  /// The length of each displacement, in pixels, `[H, W]`, float32.
  public func magnitude() -> Tensor { tensor().squared().sum(axis: -1).sqrt() }

  /// The mean distance in pixels to another field, over the pixels that are known in both (and, where given,
  /// belong to a mask); nil where there are none.
  public func endPointError(to other: FlowField, within mask: Mask? = nil) -> Double? {
    requireSameSize(other.width, other.height, "endPointError")
    if let mask { requireSameSize(mask.width, mask.height, "endPointError") }
    let masks = [known, other.known, mask].compactMap(\.?.values)
    var (sum, count) = (0.0, 0)
    for pixel in 0..<width * height where masks.allSatisfy({ $0[pixel] != 0 }) {
      let difference = SIMD2<Double>(vector(pixel)) - SIMD2<Double>(other.vector(pixel))
      sum += (difference * difference).sum().squareRoot()
      count += 1
    }
    return count == 0 ? nil : sum / Double(count)
  }

  func vector(_ pixel: Int) -> SIMD2<Float> { SIMD2(vectors[2 * pixel], vectors[2 * pixel + 1]) }

  func isKnown(_ pixel: Int) -> Bool { known.map { $0.values[pixel] != 0 } ?? true }

  func requireSameSize(_ width: Int, _ height: Int, _ operation: String) {
    require(
      width == self.width && height == self.height,
      "FlowField.\(operation): \(height)×\(width) and a flow of \(self.height)×\(self.width)")
  }
}
