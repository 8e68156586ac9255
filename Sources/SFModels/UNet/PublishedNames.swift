import NN

extension UNet {
  /// The parts under the names that they have in bit-ml/sftrackpp: `inc`, `down1`, …, `up4`, `outc`.
  var publishedMirror: Mirror {
    var children: [(label: String?, value: Any)] = encoder.enumerated().map { level, block in
      let names = Names(["double_conv": Names(block)])
      return level == 0 ? ("inc", names) : ("down\(level)", Names(["maxpool_conv": Names(["1": names])]))
    }
    // The finest step up is the fourth, however many there are.
    children += decoder.enumerated().map { step, decoder in
      ("up\(5 - self.decoder.count + step)", Names(["conv": Names(["double_conv": Names(decoder.block)])]))
    }
    return Mirror(self, children: children + [("outc", Names(["conv": head]))])
  }
}

/// Modules under names.
private struct Names: Module, CustomReflectable {
  private let parts: [(name: String, part: any Module)]

  init(_ parts: KeyValuePairs<String, any Module>) { self.parts = parts.map { ($0.key, $0.value) } }

  /// A block as a sequence of layers, of which the ReLUs have no parameters.
  init<let axes: Int>(_ block: ConvolutionBlock<axes>) {
    self.init(["0": block.conv1, "1": block.norm1, "3": block.conv2, "4": block.norm2])
  }

  var customMirror: Mirror { Mirror(self, children: parts.map { (label: $0.name, value: $0.part) }) }
}
