import Foundation
import Tensor
import Testing

@testable import Vision

/// Two images of which `second(p + flow(p))` shows what `first(p)` does, exactly: both are sampled from functions of the
/// plane. Where `front` covers a point of the second image it hides what lies behind.
private struct FlowScene {
  typealias Plane = (SIMD2<Float>) -> Float

  let first: Image
  let second: Image
  let flow: FlowField

  init(
    height: Int = 80, width: Int = 112, back: @escaping (SIMD2<Float>) -> SIMD2<Float>,
    front: (covers: (SIMD2<Float>) -> Bool, motion: SIMD2<Float>)? = nil
  ) {
    func image(_ grey: (SIMD2<Float>) -> Float) -> Image {
      Image(
        height: height, width: width, channels: 1,
        pixels: (0..<width * height).map { UInt8(grey(SIMD2(Float($0 % width), Float($0 / width)))) })
    }
    let (behind, before) = (FlowScene.texture(seed: 1), FlowScene.texture(seed: 2))
    func isCovered(_ p: SIMD2<Float>) -> Bool { front.map { $0.covers(p + $0.motion) } ?? false }
    second = image { front?.covers($0) == true ? before($0) : behind($0) }
    first = image { isCovered($0) ? before($0 + front!.motion) : behind($0 + back($0)) }
    flow = FlowField(
      height: height, width: width,
      vectors: (0..<width * height).flatMap { pixel in
        let p = SIMD2(Float(pixel % width), Float(pixel / width))
        let vector = isCovered(p) ? front!.motion : back(p)
        return [vector.x, vector.y]
      })
  }

  /// Waves of many directions and lengths, 0…255.
  private static func texture(seed: Float) -> Plane {
    let waves = (1...14).map { index in
      let (angle, length) = (Float(index) * 2.4 + seed, 5 * pow(1.25, Float(index)))
      return (SIMD2(cos(angle), sin(angle)) * (2 * .pi / length), Float(index) * seed * 1.7)
    }
    return { point in
      waves.reduce(128) { $0 + 14 * sin(($1.0 * point).sum() + $1.1) }.clamped(to: 0...255)
    }
  }

  /// The end-point error of an estimate, in pixels, `margin` pixels inside the image.
  func error(margin: Int = 8) -> Double {
    let inside = Box(
      x: Double(margin), y: Double(margin), width: Double(flow.width - 2 * margin),
      height: Double(flow.height - 2 * margin))
    return opticalFlow(from: first, to: second)
      .endPointError(to: flow, within: Mask(inside, height: flow.height, width: flow.width))!
  }
}

extension Float {
  fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

@Suite struct OpticalFlowTests {
  @Test(arguments: [[0, 0], [0.4, -0.3], [3.4, -2.1], [-9.7, 6.2], [18, 11]] as [SIMD2<Float>])
  func translations(_ motion: SIMD2<Float>) {
    let error = FlowScene(back: { _ in motion }).error(margin: 20)
    #expect(error < 0.05, "\(motion): \(error)")
  }

  @Test func affineMotion() {
    let error = FlowScene(back: { p in
      SIMD2(0.06 * (p.x - 50) - 0.08 * p.y, 0.08 * (p.x - 40) + 0.03 * p.y)
    }).error()
    #expect(error < 0.1, "\(error)")
  }

  @Test func aDiscMovesAgainstItsBackground() {
    let scene = FlowScene(
      back: { _ in SIMD2(-1.5, 0.5) },
      front: (
        covers: { p in ((p - SIMD2(60, 40)) * (p - SIMD2(60, 40))).sum() < 400 }, motion: SIMD2(4.5, 2)
      ))
    let error = scene.error()
    #expect(error < 0.5, "\(error)")
    let estimate = opticalFlow(from: scene.first, to: scene.second)
    let middle = estimate[55, 38] - SIMD2(4.5, 2)
    #expect((middle * middle).sum() < 0.05)
  }

  @Test func lightMayChange() {
    let scene = FlowScene(back: { _ in SIMD2(2.3, -1.2) })
    let brighter = Image(
      height: scene.second.height, width: scene.second.width, channels: 1,
      pixels: scene.second.pixels.map { UInt8(min(Float($0) * 0.9 + 20, 255)) })
    let changed = opticalFlow(from: scene.first, to: brighter)
    let inside = Mask(Box(x: 10, y: 10, width: 90, height: 60), height: 80, width: 112)
    #expect(changed.endPointError(to: scene.flow, within: inside)! < 0.1)
  }

  @Test func constantImagesDoNotMove() {
    for (width, height) in [(1, 1), (2, 1), (1, 9), (7, 5), (40, 3), (64, 48)] {
      let (dark, light) = (
        Image(height: height, width: width, channels: 1, filledWith: 40),
        Image(height: height, width: width, channels: 3, filledWith: 200)
      )
      let still = FlowField(height: height, width: width)
      #expect(opticalFlow(from: dark, to: dark) == still)
      #expect(opticalFlow(from: dark, to: light) == still)
    }
  }

  @Test func tinyAndNoisyImagesGiveNumbers() {
    var generator = SystemRandomNumberGenerator()
    for (width, height) in [(1, 1), (3, 2), (5, 17), (9, 9), (33, 12), (61, 47)] {
      let images = (0..<2).map { _ in
        Image(
          height: height, width: width, channels: 1,
          pixels: (0..<width * height).map { _ in UInt8.random(in: 0...255, using: &generator) })
      }
      let flow = opticalFlow(from: images[0], to: images[1])
      #expect(flow.vectors.allSatisfy { $0.isFinite && abs($0) < 200 }, "\(height)×\(width)")
    }
  }

  @Test func theSameBitsOnAnyNumberOfThreads() {
    let scene = FlowScene(height: 130, width: 150, back: { p in SIMD2(3 - 0.04 * p.y, 0.05 * p.x) })
    let threads = Threads.count
    defer { Threads.count = threads }
    let flows = [1, 2, 3].map { count in
      Threads.count = count
      return opticalFlows(along: [scene.first, scene.second])
    }
    for others in flows[1...] {
      #expect(flows[0].forward == others.forward && flows[0].backward == others.backward)
    }
  }

  @Test func aStreamsFlowsAreThoseOfItsPairs() {
    let frames = [SIMD2<Float>(0, 0), SIMD2(2, -1), SIMD2(-3, 4)].map { motion in
      FlowScene(height: 50, width: 67, back: { _ in motion }).first
    }
    var stream = FlowStream()
    #expect(stream.push(frames[0]) == nil)
    for (last, next) in zip(frames, frames.dropFirst()) {
      let flows = stream.push(next)
      #expect(flows?.forward == opticalFlow(from: last, to: next))
      #expect(flows?.backward == opticalFlow(from: next, to: last))
    }
  }

  @Test func colourImagesAreSeenInGrey() {
    let scene = FlowScene(back: { _ in SIMD2(1.4, 0.6) })
    let coloured = [scene.first, scene.second].map { $0.converted(to: .rgb) }
    #expect(
      opticalFlow(from: coloured[0], to: coloured[1]) == opticalFlow(from: scene.first, to: scene.second))
  }
}
