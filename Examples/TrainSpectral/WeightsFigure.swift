import Foundation
import Vision

/// Fig. 9: the weights that SFSeg++ learned for its channels, in one panel for each kind of input.
struct WeightsFigure {
  struct Panel {
    let title: String
    let weights: [Double]
    let treatments: [ChannelMix.Treatment]
  }

  var panels: [Panel] = []

  private static let legend: [(name: String, treatment: ChannelMix.Treatment)] = [
    ("as they are", .none), ("noisy", .noisy), ("noise", .noise),
  ]

  private static func color(_ treatment: ChannelMix.Treatment) -> Color {
    switch treatment {
    case .none: .blue
    case .noisy: .orange
    case .noise: Color(grey: 140)
    }
  }

  /// All panels on one scale.
  func render() -> Image {
    let weights = panels.flatMap(\.weights)
    let (low, high) = (min(weights.min()!, 0), max(weights.max()!, 0.1))
    let range = 1.05 * low...1.05 * high
    return Image.grid(panels.indices.map { draw(panels[$0], range, withLegend: $0 == 0) }, columns: 2, gap: 6)
  }

  private func draw(_ panel: Panel, _ range: ClosedRange<Double>, withLegend: Bool) -> Image {
    var image = Image(height: 190, width: 470, color: .white)
    let frame = Box(x: 44, y: 30, width: 416, height: 136)
    func y(_ value: Double) -> Double {
      frame.maxY - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * frame.height
    }
    image.draw(panel.title, x: frame.x, y: 10, color: .black, unit: 1.5)
    let step = [0.1, 0.2, 0.5, 1, 2, 5, 10].first { (range.upperBound - range.lowerBound) / $0 <= 6 } ?? 20
    let ticks = stride(
      from: (range.lowerBound / step).rounded(.up) * step, through: range.upperBound, by: step)
    for tick in ticks {
      image.fill(
        .rectangle(Box(x: frame.x, y: y(tick).rounded(), width: frame.width, height: 1)),
        with: Color(grey: abs(tick) < step / 2 ? 50 : 226))
      let label = String(format: step < 1 ? "%.1f" : "%.0f", abs(tick) < step / 2 ? 0 : tick)
      image.draw(
        label, x: frame.x - 6 - Outline.textWidth(label, unit: 1.2), y: y(tick) - 4, color: .black, unit: 1.2)
    }
    let width = frame.width / Double(panel.weights.count)
    for (channel, weight) in panel.weights.enumerated() {
      let left = frame.x + width * Double(channel)
      let bar = Box(
        x: (left + 0.15 * width).rounded(), y: min(y(weight), y(0)), width: (0.7 * width).rounded(),
        height: abs(y(weight) - y(0)))
      image.fill(.rectangle(bar), with: Self.color(panel.treatments[channel]))
      let number = "\(channel + 1)"
      image.draw(
        number, x: left + (width - Outline.textWidth(number, unit: 1.2)) / 2, y: frame.maxY + 8,
        color: .black,
        unit: 1.2)
    }
    if withLegend {
      var x = frame.maxX
      for entry in Self.legend.reversed() {
        x -= Outline.textWidth(entry.name, unit: 1.2) + 30
        image.fill(.rectangle(Box(x: x, y: 10, width: 10, height: 9)), with: Self.color(entry.treatment))
        image.draw(entry.name, x: x + 16, y: 10, color: .black, unit: 1.2)
      }
    }
    return image
  }
}
