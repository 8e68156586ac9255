import CVision
import Tensor

extension Image {
  /// Histograms of oriented gradients in cells of `cellSize` pixels, `[H / cellSize, W / cellSize, 31]`, float32
  /// (Felzenszwalb et al., "Object Detection with Discriminatively Trained Part-Based Models", TPAMI 2010): the strength
  /// of 18 directions and of 9 orientations, each in proportion to the blocks of cells around, and the energy beside
  /// four such blocks.
  public func hogTensor(cellSize: Int) -> Tensor {
    require(
      cellSize > 0 && height >= cellSize && width >= cellSize,
      "hogTensor: cells of \(cellSize) in an image of \(height)×\(width)")
    let (rows, columns) = (height / cellSize, width / cellSize)
    let count = rows * columns * ck_hog_channels
    let features = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      ck_hog_u8(pixels, shape, Int64(cellSize), buffer.baseAddress!)
      initialized = count
    }
    return Tensor(features, shape: [rows, columns, ck_hog_channels])
  }
}
