import Datasets
import NN
import Tensor
import Vision

// What each network sees of a frame, and the default boxes that it judges. Contexts and boxes are those of the report's code.

extension SiameseNetwork {
  /// What it sees of a frame.
  public var crops: SiameseCrops {
    SiameseCrops(
      exemplarSize: templateSize, searchSize: searchSize, exemplarContext: contexts.template,
      searchContext: contexts.search)
  }

  /// Its default boxes in the usual search region.
  public var anchors: Anchors { anchors(searchSize: searchSize) }

  /// It takes none.
  public var takesGuides: Bool { false }

  /// None.
  public var backbones: [any Module] { [] }

  /// The mask of a box in an image of `size` × `size` pixels, `[1, size, size, 1]`; nothing of a network without guides.
  func mask(_ box: Box?, size: Int) -> Tensor? {
    guard takesGuides else { return nil }
    let mask = box.map { Mask($0, height: size, width: size) } ?? Mask(height: size, width: size)
    return mask.tensor().expandingAxis(0)
  }
}

extension SiamRPN {
  /// Half the target's size, and in the region the target as large as in the template.
  public var contexts: (template: Double, search: Double?) { (0.5, nil) }

  /// Its AlexNet.
  public var backbones: [any Module] { [backbone] }

  /// A grid of stride 8.
  public func anchors(searchSize: Int) -> Anchors {
    Anchors(grid: (searchSize - templateSize) / AlexNet.stride + 1, searchSize: searchSize)
  }
}

extension SiamRPNPlusPlus {
  /// Its one.
  public var backbones: [any Module] {
    switch backbone {
    case .alexNet(let network): [network]
    case .resNet(let network): [network]
    case .efficientNetLite0(let network): [network]
    }
  }

  /// Half the target's size, and in the region the target as large as in the template.
  public var contexts: (template: Double, search: Double?) { (0.5, nil) }

  /// A grid of stride 8.
  public func anchors(searchSize: Int) -> Anchors {
    let side =
      switch backbone {
      case .alexNet: (searchSize - templateSize) / 8 + 1
      case .resNet: (searchSize - templateSize) / 8 + 9
      case .efficientNetLite0: (searchSize + 7) / 8 - 6
      }
    return Anchors(grid: side, searchSize: searchSize)
  }
}

extension SiamConcatRPN {
  /// Three times the target's size for both.
  public var contexts: (template: Double, search: Double?) { (1.5, 1.5) }

  /// Its ResNet, which serves both.
  public var backbones: [any Module] { [backbone] }

  /// It takes them.
  public var takesGuides: Bool { true }

  /// SSD's six levels, whose boxes have 55 to 220 pixels.
  public func anchors(searchSize: Int) -> Anchors {
    require(searchSize == 300, "SiamConcatRPN: its boxes are those of 300 pixels, not \(searchSize)")
    let levels: [(side: Int, stride: Double, size: Double, nextSize: Double)] = [
      (38, 8, 55, 65), (19, 16, 75, 90), (10, 32, 105, 115), (5, 64, 135, 150), (3, 100, 165, 185),
      (1, 300, 200, 220),
    ]
    return Anchors(
      maps: zip(levels, Self.boxes).map { level, boxes in
        Anchors.Map(
          side: level.side, stride: level.stride, size: level.size, nextSize: level.nextSize,
          ratios: boxes == 4 ? [2] : [2, 3])
      })
  }
}

extension SiamBroadcastRPN {
  /// Hardly more than the target, and four times its size around it.
  public var contexts: (template: Double, search: Double?) { (0.1, 2) }

  /// Two levels of boxes of 50 to 75 pixels.
  public func anchors(searchSize: Int) -> Anchors {
    Anchors(
      maps: [(8, 50.0, 60.0), (16, 65, 75)].map { stride, size, nextSize in
        Anchors.Map(
          side: searchSize / stride, stride: Double(stride), size: size, nextSize: nextSize, ratios: [2, 3])
      })
  }
}

extension SiameseNetwork {
  /// What is trained, and how fast. SiamRPN's kernels multiply all features of a window at once: what makes them takes steps
  /// of a tenth, for Adam's change the answers by hundreds otherwise.
  public func parameterGroups(learningRate: Double) -> [ParameterGroup] {
    var seen: Set<ObjectIdentifier> = []
    let weights = namedParameters.filter {
      $0.parameter.role == .weight && seen.insert(ObjectIdentifier($0.parameter)).inserted
    }
    let kernels = weights.filter { $0.path.hasPrefix("conv_r1.") || $0.path.hasPrefix("conv_cls1.") }
    let others = weights.filter { !$0.path.hasPrefix("conv_r1.") && !$0.path.hasPrefix("conv_cls1.") }
    return [
      ParameterGroup(others.map(\.parameter), learningRate: learningRate),
      ParameterGroup(kernels.map(\.parameter), learningRate: learningRate / 10),
    ].filter { !$0.parameters.isEmpty }
  }
}
