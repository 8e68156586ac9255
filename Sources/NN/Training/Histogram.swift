import Tensor

/// How a tensor's values are spread, as TensorBoard draws it.
struct Histogram {
  private let least: Double, largest: Double, count: Double, sum: Double, sumOfSquares: Double
  /// The upper ends of the bins, and how many values each holds.
  private let ends: [Double], counts: [Double]

  private static let bins = 30

  /// Of a tensor's finite values.
  init(_ tensor: Tensor) {
    let values = tensor.array(of: Double.self).filter(\.isFinite)
    let (least, largest) = (values.min() ?? 0, values.max() ?? 0)
    let width = (largest - least) / Double(Self.bins)
    var counts = [Double](repeating: 0, count: Self.bins)
    for value in values {
      counts[width > 0 ? min(Int((value - least) / width), Self.bins - 1) : 0] += 1
    }
    (self.least, self.largest, self.counts) = (least, largest, counts)
    ends = (1...Self.bins).map { $0 == Self.bins ? largest : least + Double($0) * width }
    count = Double(values.count)
    sum = values.reduce(0, +)
    sumOfSquares = values.reduce(0) { $0 + $1 * $1 }
  }

  var message: Message {
    var message = Message()
    for (field, value) in [(1, least), (2, largest), (3, count), (4, sum), (5, sumOfSquares)] {
      message.double(field, value)
    }
    message.doubles(6, ends)
    message.doubles(7, counts)
    return message
  }
}

/// The histograms of a module's parameters and of their gradients.
func parameterHistograms(of module: any Module, _ gradients: Gradients) -> [String: Histogram] {
  var result: [String: Histogram] = [:]
  for (path, parameter) in module.namedParameters where parameter.role == .weight {
    result["weights/\(path)"] = Histogram(parameter.value.detached())
    if let gradient = gradients[parameter] { result["gradients/\(path)"] = Histogram(gradient) }
  }
  return result
}
