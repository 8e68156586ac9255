import Foundation

/// One axis of a plot: which values lie where, and which carry a label.
struct PlotAxis {
  let isLogarithmic: Bool
  let low: Double
  let high: Double
  let ticks: [Double]

  /// A horizontal axis from the least to the greatest finite value (positive ones, where logarithmic), with about 9
  /// round ticks; whole ones where the values are.
  init(across values: [Double], isLogarithmic: Bool = false) {
    let areWhole = isLogarithmic || values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
    self.init(values, isLogarithmic: isLogarithmic, ticks: 9, leastStep: areWhole ? 1 : 0, endsOnTicks: false)
  }

  /// A vertical axis around the finite values (positive ones, where logarithmic), from tick to tick.
  init(up values: [Double], isLogarithmic: Bool) {
    self.init(
      values, isLogarithmic: isLogarithmic, ticks: 6, leastStep: isLogarithmic ? 1 : 0, endsOnTicks: true)
  }

  private init(
    _ values: [Double], isLogarithmic: Bool, ticks count: Int, leastStep: Double, endsOnTicks: Bool
  ) {
    self.isLogarithmic = isLogarithmic
    let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }.map {
      isLogarithmic ? log10($0) : $0
    }
    var (low, high) = (usable.min() ?? 0, usable.max() ?? 1)
    if high - low <= max(1e-12 * max(abs(low), abs(high)), Self.least) {
      let margin = isLogarithmic || low == 0 ? 0.5 : max(abs(low) / 10, Self.least)
      (low, high) = (Self.clamped(low - margin), Self.clamped(high + margin))
    }
    let step = max(leastStep, Self.roundStep(high / Double(count) - low / Double(count)))
    if endsOnTicks {
      low = Self.clamped((low / step + 1e-9).rounded(.down) * step)
      high = Self.clamped((high / step - 1e-9).rounded(.up) * step)
    }
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    (self.low, self.high) = (low, high)
    ticks = first <= last ? (first...last).map { Double($0) * step }.filter(\.isFinite) : []
  }

  /// What differs by less, lies at one place: the numbers next to 0 have few digits.
  private static let least = 1e-300

  private static func clamped(_ value: Double) -> Double {
    min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }

  /// The 1, 2 or 5 times a power of ten at or above a length.
  private static func roundStep(_ length: Double) -> Double {
    let power = pow(10, log10(length).rounded(.down))
    return [1, 2, 5, 10].first { $0 * power >= length * (1 - 1e-9) }! * power
  }

  /// Where a value lies, 0 at the low end and 1 at the high one; nil where it cannot be shown.
  func position(of value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return tickPosition(isLogarithmic ? log10(value) : value)
  }

  func tickPosition(_ tick: Double) -> Double {
    // The difference of the greatest numbers is none.
    let scale = max(abs(low), abs(high)) > 1 ? 0.5 : 1
    return (tick * scale - low * scale) / (high * scale - low * scale)
  }

  /// The ticks with their places and labels.
  var labelledTicks: [PlotFrame.Tick] {
    ticks.map { PlotFrame.Tick(position: tickPosition($0), label: label($0)) }
  }

  /// The tick in as many digits as tell it from its neighbours.
  func label(_ tick: Double) -> String {
    if isLogarithmic { return abs(tick) <= 3 ? Self.short(pow(10, tick)) : "1e\(Int(tick))" }
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
    let magnitude = max(abs(low), abs(high))
    if magnitude >= 1e6 || magnitude < 1e-3 { return Self.exponential(tick) }
    return String(format: "%.\(max(0, Int((-log10(step) - 1e-9).rounded(.up))))f", tick == 0 ? 0 : tick)
  }

  private static func short(_ value: Double) -> String { String(format: "%g", value) }

  private static func exponential(_ value: Double) -> String {
    if value == 0 { return "0" }
    let exponent = Int((log10(abs(value)) + 1e-9).rounded(.down))
    return short((value / pow(10, Double(exponent)) * 1000).rounded() / 1000) + "e\(exponent)"
  }
}
