import Foundation
import NN
import TestSupport
import Testing

@testable import Tensor

/// What PyTorch computed for convolutions, pooling, normalisation and resampling: see Fixtures/operators.py.
@Suite struct FixtureTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String, `operator`: String
    let kernel: [Int]?, stride: [Int]?, padding: [[Int]]?, dilation: [Int]?, groups: Int?
    let output_padding: [Int]?, size: [Int]?, align_corners: Bool?, count_padding: Bool?
    let training: Bool?, momentum: Double?, epsilon: Double?

    var testDescription: String { name }

    var window: Window {
      Window(stride: perAxis(stride), padding: pads, dilation: perAxis(dilation), groups: groups ?? 1)
    }
    var pads: any Padding {
      guard let padding else { return 0 }
      return .uneven(before: perAxis(padding.map { $0[0] }), after: perAxis(padding.map { $0[1] }))
    }
    func perAxis(_ numbers: [Int]?, default fallback: any PerAxis = 1) -> any PerAxis {
      numbers ?? fallback
    }
  }

  static let fixture = Result { try Fixture.load("operators") }
  static let cases = (try? Fixture.cases(Case.self, in: fixture.get())) ?? []

  @Test func areThere() { #expect(Self.cases.count > 70) }

  @Test(arguments: cases)
  func agreesWithPyTorch(_ check: Case) throws {
    let fixture = try Self.fixture.get()
    func stored(_ key: String) throws -> Tensor { try #require(fixture["\(check.name).\(key)"]) }
    let keys = ["input", "filter", "weight", "bias"].filter { fixture["\(check.name).\($0)"] != nil }
    let (value, pullback) = try pullback(at: keys.map(stored)) { values in
      let operands = Dictionary(uniqueKeysWithValues: zip(keys, values))
      return try output(check, operands, stored)
    }
    #expect(try relativeDistance(value, stored("output")) <= 1e-12)
    for (key, gradient) in try zip(keys, pullback(stored("cotangent"))) {
      #expect(try relativeDistance(gradient, stored("gradient.\(key)")) <= 1e-10, "the gradient of \(key)")
    }
  }

  private func output(
    _ check: Case, _ operands: [String: Tensor], _ stored: (String) throws -> Tensor
  ) throws -> Tensor {
    let x = operands["input"]!
    let (filter, bias) = (operands["filter"], operands["bias"])
    switch check.operator {
    case "conv2d": return x.conv2d(filter!, bias: bias, window: check.window)
    case "conv3d": return x.conv3d(filter!, bias: bias, window: check.window)
    case "conv_transpose2d":
      let extra = check.perAxis(check.output_padding, default: 0)
      return x.convTranspose2d(filter!, bias: bias, window: check.window, outputPadding: extra)
    case "conv_transpose3d":
      let extra = check.perAxis(check.output_padding, default: 0)
      return x.convTranspose3d(filter!, bias: bias, window: check.window, outputPadding: extra)
    case "max_pool2d", "max_pool3d":
      let (kernel, stride) = (check.perAxis(check.kernel), check.perAxis(check.stride))
      let dilation = check.perAxis(check.dilation)
      return x.rank == 4
        ? x.maxPool2d(kernel, stride: stride, padding: check.pads, dilation: dilation)
        : x.maxPool3d(kernel, stride: stride, padding: check.pads, dilation: dilation)
    case "average_pool2d", "average_pool3d":
      let (kernel, stride) = (check.perAxis(check.kernel), check.perAxis(check.stride))
      let counting = check.count_padding!
      return x.rank == 4
        ? x.averagePool2d(kernel, stride: stride, padding: check.pads, includesPadding: counting)
        : x.averagePool3d(kernel, stride: stride, padding: check.pads, includesPadding: counting)
    case "batch_norm": return try batchNorm(check, operands, stored)
    case "group_norm":
      return x.groupNorm(
        groups: check.groups!, weight: operands["weight"]!, bias: bias!, epsilon: check.epsilon!)
    case "upsample_nearest", "upsample_linear":
      let size = check.size!
      let interpolation: Interpolation = check.operator == "upsample_nearest" ? .nearest : .linear
      let aligned = check.align_corners ?? false
      return size.count == 2
        ? x.resized2d(height: size[0], width: size[1], interpolation: interpolation, alignCorners: aligned)
        : x.resized3d(
          time: size[0], height: size[1], width: size[2], interpolation: interpolation, alignCorners: aligned)
    default: throw UnknownOperator(name: check.operator)
    }
  }

  private func batchNorm(
    _ check: Case, _ operands: [String: Tensor], _ stored: (String) throws -> Tensor
  ) throws -> Tensor {
    let x = operands["input"]!
    let weight = operands["weight"] ?? Tensor(ones: [x.shape[-1]], dtype: .float64)
    let bias = operands["bias"] ?? Tensor(zeros: [x.shape[-1]], dtype: .float64)
    let (mean, variance) = try (stored("mean"), stored("variance"))
    guard check.training! else {
      return x.batchNorm(weight: weight, bias: bias, mean: mean, variance: variance, epsilon: check.epsilon!)
    }
    let (y, batchMean, batchVariance) = x.batchNorm(weight: weight, bias: bias, epsilon: check.epsilon!)
    let (momentum, count) = (check.momentum!, Double(x.elementCount / x.shape[-1]))
    let unbiased = batchVariance * (count / (count - 1))
    #expect(
      try relativeDistance(mean * (1 - momentum) + batchMean * momentum, stored("updated.mean")) <= 1e-12)
    #expect(
      try relativeDistance(variance * (1 - momentum) + unbiased * momentum, stored("updated.variance"))
        <= 1e-12)
    return y
  }

  private struct UnknownOperator: Error { let name: String }
}
