import SFModels
import Tensor
import Testing
import Vision

/// Masks of a video refined at a smaller size, and their edges at its own.
@Suite struct MaskRefinementTests {
  private static let height = 72, width = 96, frameCount = 6

  private static func truth(_ frame: Int) -> Mask {
    Mask(
      Outline.ellipse(in: Box(x: 15 + 4 * Double(frame), y: 15, width: 37, height: 41)), height: height,
      width: width)
  }

  /// A bright, textured ellipse that moves to the right.
  private static let frames = (0..<frameCount).map { frame in
    let pixels = truth(frame).values.enumerated().flatMap { pixel, value in
      let texture = UInt8((pixel % width - 4 * frame * Int(value)) * 7 % 40 + 40)
      return [texture + 130 * value, texture + 60 * value, texture]
    }
    return Image(height: height, width: width, channels: 3, pixels: pixels)
  }

  /// The truth with a hole or an island in each second frame.
  private static let flickering = (0..<frameCount).map { frame in
    var values = truth(frame).values
    for y in 0..<10 {
      for x in 0..<10 {
        if frame % 2 == 0 { values[(30 + y) * width + 25 + 4 * frame + x] = 0 }
        if frame % 3 == 1 { values[(4 + y) * width + 80 + x] = 1 }
      }
    }
    return Mask(height: height, width: width, values: values).image
  }

  private func refined(_ refinement: MaskRefinement, _ masks: [Image]) -> [Double] {
    refinement(Self.frames, masks: masks).enumerated().map {
      Mask($1, above: 0.5).iou(Self.truth($0))
    }
  }

  @Test(arguments: [48, 200]) func flickerGoes(_ longestSide: Int) {
    let before = Self.flickering.enumerated().map { Mask($1).iou(Self.truth($0)) }
    let after = refined(MaskRefinement(longestSide: longestSide), Self.flickering)
    #expect(before.min()! < 0.93 && after.min()! > 0.96, "\(before), \(after)")
  }

  @Test func rightMasksComeBack() {
    let after = refined(MaskRefinement(longestSide: 48), (0..<Self.frameCount).map { Self.truth($0).image })
    #expect(after.min()! > 0.99, "\(after)")
  }

  @Test func edgesAreFoundAtTheFramesOwnSize() {
    // A pixel too wide all around, in turns with a pixel too narrow: no matter of a smaller frame's pixels.
    let masks = (0..<Self.frameCount).map { frame in
      let box = Box(x: 15 + 4 * Double(frame), y: 15, width: 37, height: 41)
      let error = frame % 2 == 0 ? 1.0 : -1.0
      let outline = Outline.ellipse(
        in: Box(x: box.x - error, y: box.y - error, width: 37 + 2 * error, height: 41 + 2 * error))
      return Mask(outline, height: Self.height, width: Self.width).image
    }
    let before = masks.enumerated().map { Mask($1).iou(Self.truth($0)) }.reduce(0, +)
    let after = refined(MaskRefinement(longestSide: 48), masks).reduce(0, +)
    #expect((1 - after / 6) < 0.7 * (1 - before / 6), "\(before / 6), \(after / 6)")
  }

  /// The object, and a patch at a corner of all frames: nothing connects these.
  private static func patched(
    keepsStrays: Bool = false, side: Int = 8, color: [UInt8]? = nil
  ) -> [(refined: Double, patch: Double)] {
    let corner = Mask(
      Box(x: Double(width - side - 2), y: 2, width: Double(side), height: Double(side)), height: height,
      width: width)
    let masks = (0..<frameCount).map { frame in
      Mask(height: height, width: width, values: zip(truth(frame).values, corner.values).map { max($0, $1) })
    }
    let frames = frames.map { frame in
      guard let color else { return frame }
      let pixels = zip(frame.pixels.indices, frame.pixels).map {
        corner.values[$0 / 3] > 0 ? color[$0 % 3] : $1
      }
      return Image(height: height, width: width, channels: 3, pixels: pixels)
    }
    let refinement = MaskRefinement(longestSide: 48, keepsStrays: keepsStrays)
    return refinement(frames, masks: masks.map(\.image)).enumerated().map { frame, soft in
      let values = zip(Mask(soft, above: 0.5).values, corner.values)
      let found = Double(values.count { $0 > 0 && $1 > 0 }) / Double(corner.area)
      return (Mask(soft, above: 0.5).iou(truth(frame)), found)
    }
  }

  @Test func partsOfTheBackgroundGo() {
    let found = Self.patched()
    #expect(found.allSatisfy { $0.patch == 0 && $0.refined > 0.99 }, "\(found)")
    #expect(Self.patched(keepsStrays: true).allSatisfy { $0.patch > 0.8 })
  }

  @Test(arguments: [[190, 120, 60], [0, 200, 0]] as [[UInt8]])
  func partsOfTheObjectsColorsAndOfTheirOwnStay(_ color: [UInt8]) {
    let found = Self.patched(color: color)
    #expect(found.allSatisfy { $0.patch > 0.8 }, "\(found)")
  }

  @Test func partsAlmostAsLargeStay() {
    let found = Self.patched(side: 18)
    #expect(found.allSatisfy { $0.patch > 0.8 }, "\(found)")
  }

  @Test func partsInFramesOfTheirOwnStay() {
    let corner = Mask(Box(x: 86, y: 2, width: 8, height: 8), height: Self.height, width: Self.width)
    let masks = (0..<Self.frameCount).map { $0 < 3 ? Self.truth($0) : corner }
    let found = MaskRefinement(longestSide: 48)(Self.frames, masks: masks.map(\.image))
    #expect(found[3...].allSatisfy { Mask($0, above: 0.5).area > 0 })
  }

  @Test func atTheirOwnSizeItIsTheSegmenter() {
    let refinement = MaskRefinement(features: .grey, longestSide: nil, keepsStrays: true)
    let found = refinement(Self.frames, masks: Self.flickering)
    let pairs = Array(zip(Self.frames, Self.frames.dropFirst()))
    let expected = SpectralSegmenter.refinement(
      unary: Tensor.stack(Self.flickering.map { $0.tensor().squeezed(axis: -1) }).expandingAxis(0),
      pairwise: SpectralFeatures.grey(Self.frames),
      motion: SpectralMotion(
        forward: pairs.map { opticalFlow(from: $0, to: $1) },
        backward: pairs.map { opticalFlow(from: $1, to: $0) }))
    #expect((Tensor.stack(found) - expected[0]).abs().max().item == 0)
  }

  @Test func aSingleFrameIsItsMask() {
    let mask = Self.truth(0)
    let found = MaskRefinement(longestSide: 48)([Self.frames[0]], masks: [mask.image])
    #expect(found.count == 1 && Mask(found[0], above: 0.5).iou(mask) > 0.99)
  }
}
