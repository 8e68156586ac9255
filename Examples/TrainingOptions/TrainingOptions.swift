import ArgumentParser
import Tensor

/// What every program that trains a network asks for.
public struct TrainingOptions: ParsableArguments {
  /// What weights, order and samples are drawn from.
  @Option(help: "What the weights, the order and the samples are drawn from.")
  public var seed: UInt64 = 1

  /// A checkpoint to go on from.
  @Option(help: "Goes on from a last.safetensors, bit for bit, with the options it was made with.")
  public var resume: String?

  @Option(
    name: .customLong("validate"),
    help: "Sequences to hold out, separated by commas; the last ones unless given.")
  private var names: String?

  /// Options as they are without a command line.
  public init() {}

  /// The sequences to hold out; nil unless given.
  public var heldOut: [String]? { names?.split(separator: ",").map(String.init) }

  /// - Throws: a `ValidationError`.
  public func validate() throws {
    if heldOut?.isEmpty ?? false { throw ValidationError("--validate names no sequence.") }
  }

  /// Checks options whose defaults differ from network to network.
  /// - Throws: a `ValidationError`.
  public static func check(epochs: Int, batch: Int, learningRate: Double) throws {
    guard 1...1_000_000 ~= epochs else {
      throw ValidationError("--epochs is \(epochs); it must be 1 to 1000000.")
    }
    guard 1...4096 ~= batch else { throw ValidationError("--batch is \(batch); it must be 1 to 4096.") }
    guard learningRate > 0, learningRate.isFinite else {
      throw ValidationError("--learning-rate is \(learningRate); it must be positive.")
    }
  }
}

/// What networks compute in.
public enum Precision: String, ExpressibleByArgument, CaseIterable, Sendable {
  case float32, bfloat16

  /// Their tensors' type.
  public var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
}
