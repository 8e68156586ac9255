import Tensor

extension Image {
  /// Images side by side, row by row, as RGB in cells of the largest size with a gap between them; where captions are
  /// given, as many as images, each under its own.
  public static func grid(
    _ images: [Image], columns: Int, captions: [String] = [], gap: Int = 2, background: Color = .white
  ) -> Image {
    require(
      !images.isEmpty && columns > 0 && [0, images.count].contains(captions.count),
      "Image.grid: \(images.count) images with \(captions.count) captions in \(columns) columns")
    let (cellWidth, imageHeight) = (images.map(\.width).max()!, images.map(\.height).max()!)
    // Letters of the size that a plot of the cell's width has.
    let unit = max(1, (Double(cellWidth) / 350).rounded())
    let cellHeight = imageHeight + (captions.isEmpty ? 0 : Int(13 * unit))
    let columns = min(columns, images.count)
    let rows = (images.count + columns - 1) / columns
    var grid = Image(
      height: rows * (cellHeight + gap) - gap, width: columns * (cellWidth + gap) - gap, color: background)
    for (i, image) in images.enumerated() {
      let (x, y) = (i % columns * (cellWidth + gap), i / columns * (cellHeight + gap))
      grid.paste(image, x: x, y: y)
      guard !captions.isEmpty else { continue }
      let caption = captions[i].prefix(Int((Double(cellWidth) / unit + 1) / 6))
      grid.draw(
        String(caption), x: Double(x), y: Double(y + imageHeight) + 3 * unit,
        color: background.samples(channels: 1)[0] < 128 ? .white : .black, unit: unit)
    }
    return grid
  }
}
