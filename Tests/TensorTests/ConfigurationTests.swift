import Foundation
import NN
import TestSupport
import Testing

@testable import Tensor

/// Operators at options drawn at random, against PyTorch's values and gradients: see
/// Fixtures/configurations.py, algebra.py, regions.py and selections.py. `SFVIDEO_CONFIGURATIONS` names another file of such
/// configurations.
@Suite struct ConfigurationTests {
  struct Case: Decodable, Sendable {
    let name: String, `operator`: String
    let operands: Int
    let options: Options
  }

  static let fixtures = Result {
    if let file = ProcessInfo.processInfo.environment["SFVIDEO_CONFIGURATIONS"] {
      return try [SafeTensors(contentsOf: URL(filePath: file))]
    }
    return try ["configurations", "algebra", "regions", "selections"].map(Fixture.load)
  }
  static let tensors = Result {
    try fixtures.get().reduce(into: [:]) { $0.merge($1.tensors) { first, _ in first } }
  }
  static let cases: [Case] =
    (try? fixtures.get().flatMap { try Fixture.cases(Case.self, in: $0) }) ?? []
  static let operators = Set(cases.map(\.operator)).sorted()

  @Test func areThere() { #expect(!Self.operators.isEmpty) }

  @Test(arguments: operators, [DType.float64, .float32])
  func agreesWithPyTorch(_ name: String, _ dtype: DType) throws {
    let tensors = try Self.tensors.get()
    for check in Self.cases where check.operator == name {
      func stored(_ key: String) throws -> Tensor { try #require(tensors["\(check.name).\(key)"]).to(dtype) }
      let operands = try (0..<check.operands).map { try stored("\($0)") }
      let (value, back) = try pullback(at: operands) { try check.options.apply(check.operator, $0) }
      let tolerance = dtype == .float64 ? 1e-9 : 1e-4
      #expect(try relativeDistance(value, stored("output")) <= tolerance, "\(check.name), \(check.options)")
      guard try value.shape == stored("output").shape else { continue }
      for (index, gradient) in try back(stored("cotangent")).enumerated() {
        #expect(
          try relativeDistance(gradient, stored("gradient.\(index)")) <= tolerance,
          "\(check.name), \(check.options): the gradient of operand \(index)")
      }
    }
  }

  /// The gradients of Σ gradient · weight, in files that have them.
  @Test(arguments: operators)
  func secondOrderAgreesWithPyTorch(_ name: String) throws {
    let tensors = try Self.tensors.get()
    for check in Self.cases where check.operator == name && tensors["\(check.name).second.0"] != nil {
      func stored(_ key: String) throws -> Tensor {
        try #require(tensors["\(check.name).\(key)"]).to(.float64)
      }
      let keys = (0..<check.operands).map(String.init) + ["cotangent"]
      let operands = try keys.map { try stored($0) }
      let found = try gradient(at: operands) { x in
        let (_, back) = try pullback(at: Array(x.dropLast())) { try check.options.apply(check.operator, $0) }
        return try back(x.last!).enumerated().reduce(Tensor(0, dtype: .float64)) {
          try $0 + ($1.element * stored("weight.\($1.offset)")).sum()
        }
      }
      for (key, gradient) in zip(keys, found) {
        #expect(
          try relativeDistance(gradient, stored("second.\(key)")) <= 1e-9,
          "\(check.name), \(check.options): the second-order gradient of \(key)")
      }
    }
  }
}

/// The options of a configuration by name.
struct Options: Decodable, Sendable, CustomStringConvertible {
  enum Value: Decodable, Sendable {
    case flag(Bool), number(Double), text(String), list([Value]), none

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .none
      } else if let flag = try? value.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try value.decode([Value].self))
      }
    }

    var numbers: [Double] {
      switch self {
      case .number(let number): [number]
      case .list(let values): values.flatMap(\.numbers)
      default: []
      }
    }
  }

  let values: [String: Value]

  init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: Value].self)
  }

  var description: String { "\(values)" }

  func flag(_ name: String) -> Bool { if case .flag(let flag)? = values[name] { flag } else { false } }
  func text(_ name: String) -> String { if case .text(let text)? = values[name] { text } else { "" } }
  func number(_ name: String) -> Double? {
    if case .number(let number)? = values[name] { number } else { nil }
  }
  func integers(_ name: String) -> [Int] { values[name]?.numbers.map { Int($0) } ?? [] }
  func integer(_ name: String) -> Int { integers(name)[0] }
  func perAxis(_ name: String) -> [Int]? {
    let n = integers(name)
    return n.isEmpty ? nil : n
  }
}
