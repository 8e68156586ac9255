import Foundation
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

/// The operator on the motion-compensated graph.
@Suite struct SpectralMotionTests {
  /// Flows of up to `size` pixels, some of which lead out of the frame, with random agreements.
  private static func motion(_ shape: Shape, size: Double, seed: UInt64) -> SpectralMotion {
    func flow(_ seed: UInt64) -> Tensor {
      Tensor(uniform: Shape(Array(shape) + [2]), in: -size..<size, dtype: .float64, seed: seed)
    }
    func agreement(_ seed: UInt64) -> Tensor { Tensor(uniform: shape, dtype: .float64, seed: seed) }
    return SpectralMotion(
      forward: flow(seed), backward: flow(seed + 1), forwardAgreement: agreement(seed + 2),
      backwardAgreement: agreement(seed + 3))
  }

  /// Each window's flows are those of its own frames.
  @Test func windowsMoveEachAsTheirFramesDo() {
    let scene = Image(
      height: 48, width: 90, channels: 3,
      pixels: (0..<48 * 90 * 3).map { index in
        let (x, y) = (Double(index / 3 % 90), Double(index / 270))
        return UInt8(128 + 60 * sin(x / 3) + 60 * cos(y / 4 + x / 9))
      })
    func window(speed: Int) -> [Image] {
      (0..<3).map { scene.cropped(x: 8 + speed * $0, y: 0, height: 48, width: 64) }
    }
    let motion = SpectralMotion(windows: [window(speed: 0), window(speed: 3)])
    #expect(motion.forward.shape == [2, 3, 48, 64, 2] && motion.forwardAgreement.shape == [2, 3, 48, 64])
    for (index, speed) in [0.0, 3].enumerated() {
      for (flow, sign) in [(motion.forward[index, 0], -1.0), (motion.backward[index, 2], 1)] {
        let middle = flow[12..<36, 16..<48]
        #expect((middle - Tensor([sign * speed, 0]).to(.float32)).abs().mean().item < 0.2)
      }
    }
    #expect(motion.forwardAgreement[.all, 2].max().item == 0)
  }

  @Test(arguments: [[3, 7, 7], [5, 3, 9], [1, 5, 5]], SpectralGraph.Links.allCases)
  func withoutMotionItIsThePlainGraph(_ kernel: [Int], _ links: SpectralGraph.Links) {
    let shape: Shape = [2, 4, 9, 11]
    let x = Tensor(normal: shape, dtype: .float64, seed: 1)
    let d = Tensor(uniform: shape, dtype: .float64, seed: 2)
    let zeros = Tensor(zeros: [2, 4, 9, 11, 2], dtype: .float64)
    let still = SpectralMotion(forward: zeros, backward: zeros)
    let dy = Tensor(normal: shape, dtype: .float64, seed: 4)
    func run(_ f: Tensor, _ motion: SpectralMotion?) -> [Tensor] {
      let (y, pullback) = pullback(at: [x, d, f]) {
        spectralProduct(
          $0[0], weight: $0[1], pairwise: $0[2], kernel: kernel, operator: links, motion: motion)
      }
      return [y] + pullback(dy)
    }
    for channels in 1...3 {
      let f = Tensor(uniform: [2, 4, 9, 11, channels], dtype: .float64, seed: 3)
      for (plain, moved) in zip(run(f, nil), run(f, still)) {
        #expect((plain - moved).abs().max().item <= 1e-12 * plain.abs().max().item)
      }
    }
  }

  /// The sum over the neighbours around where the flow leads, written out: bilinear shares of the four pixels there, or
  /// the nearest one.
  @Test(arguments: SpectralGraph.Links.allCases) func itIsTheSumAlongTheFlow(_ links: SpectralGraph.Links) {
    let shape: Shape = [1, 3, 6, 7], (frames, height, width) = (3, 6, 7), kernel = [3, 3, 5], alpha = 0.8
    let motion = Self.motion(shape, size: 3, seed: 20)
    let inputs = (0..<3).map { Tensor(uniform: shape, dtype: .float64, seed: 30 + $0) }
    let (x, d, f) = (
      inputs[0].array(of: Double.self), inputs[1].array(of: Double.self), inputs[2].array(of: Double.self)
    )
    let flows = [motion.backward, motion.forward].map { $0.array(of: Double.self) }
    let agreements = [motion.backwardAgreement, motion.forwardAgreement].map { $0.array(of: Double.self) }
    let taps = kernel.map(spectralTaps)
    /// What the neighbours around a pixel of a frame give to pixel i.
    func around(_ i: Int, _ t: Int, _ row: Int, _ column: Int) -> Double {
      guard (0..<height).contains(row), (0..<width).contains(column) else { return 0 }
      var sum = 0.0
      for b in -1...1 where (0..<height).contains(row + b) {
        for c in -2...2 where (0..<width).contains(column + c) {
          let j = (t * height + row + b) * width + column + c, square = (f[i] - f[j]) * (f[i] - f[j])
          let link = links == .taylor ? 1 / alpha - square : exp(-alpha * square) / alpha
          sum += taps[1][b + 1] * taps[2][c + 2] * link * d[j] * x[j]
        }
      }
      return sum
    }
    var expected = [Double](repeating: 0, count: x.count)
    for i in x.indices {
      let (t, h, w) = (i / (height * width), i / width % height, i % width)
      expected[i] = taps[0][1] * around(i, t, h, w)
      for (way, to) in [t - 1, t + 1].enumerated() where (0..<frames).contains(to) {
        let (px, py) = (Double(w) + flows[way][2 * i], Double(h) + flows[way][2 * i + 1])
        let scale = taps[0][0] * agreements[way][i]
        if links == .exact {
          expected[i] += scale * around(i, to, Int((py + 0.5).rounded(.down)), Int((px + 0.5).rounded(.down)))
        } else {
          let (top, left) = (py.rounded(.down), px.rounded(.down))
          for (row, share) in [(top, 1 - (py - top)), (top + 1, py - top)] {
            for (column, part) in [(left, 1 - (px - left)), (left + 1, px - left)] {
              expected[i] += scale * share * part * around(i, to, Int(row), Int(column))
            }
          }
        }
      }
      expected[i] *= d[i]
    }
    let found = spectralProduct(
      inputs[0], weight: inputs[1], pairwise: inputs[2], kernel: kernel, alpha: alpha, operator: links,
      motion: motion
    ).array(of: Double.self)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  /// Flows as those of videos are: smooth over runs of pixels of all lengths, with an edge, and places where they lead
  /// far out of the frame or aren't known.
  private static func smoothMotion(_ shape: Shape, seed: UInt64) -> SpectralMotion {
    let (frames, height, width) = (shape[1], shape[2], shape[3])
    func flow(_ sign: Double) -> Tensor {
      var vectors: [Double] = []
      for t in 0..<frames {
        for h in 0..<height {
          for w in 0..<width {
            let edge = w + t > 2 * width / 3 ? 2.3 : 0
            var vector = [sin(Double(w) / 9 + Double(t)) * 2 + edge, cos(Double(h) / 4) * 1.5]
            if (h, w) == (2, 5) || (h, w) == (3, width - 1) { vector = [.nan, 0] }
            if h == 4 && w % 17 == 8 { vector = [1e6, -1e6] }
            vectors += vector.map { sign * $0 }
          }
        }
      }
      return Tensor(vectors, shape: Shape(Array(shape) + [2]))
    }
    func agreement(_ seed: UInt64) -> Tensor { Tensor(uniform: shape, dtype: .float64, seed: seed) }
    return SpectralMotion(
      forward: flow(1), backward: flow(-1), forwardAgreement: agreement(seed),
      backwardAgreement: agreement(seed + 1))
  }

  /// What is done run by run is, for every pixel, the sum along its own path.
  @Test(arguments: SpectralGraph.Links.allCases, 1...3)
  func runsOfPixelsMoveAsEachDoesAlone(_ links: SpectralGraph.Links, _ channels: Int) {
    let shape: Shape = [1, 4, 7, 61], (frames, height, width) = (4, 7, 61), area = 7 * 61, alpha = 0.3
    let motion = Self.smoothMotion(shape, seed: 40)
    let (x, d) = (
      Tensor(normal: shape, dtype: .float64, seed: 50), Tensor(uniform: shape, dtype: .float64, seed: 51)
    )
    let f = Tensor(uniform: [1, 4, 7, 61, channels], dtype: .float64, seed: 52)
    let (values, weights, features) = (
      x.array(of: Double.self), d.array(of: Double.self), f.array(of: Double.self)
    )
    let flows = [motion.backward, motion.forward].map { $0.array(of: Double.self) }
    let agreements = [motion.backwardAgreement, motion.forwardAgreement].map { $0.array(of: Double.self) }
    let taps = [5, 3, 5].map(spectralTaps)
    /// The four pixels of a frame around a place and their shares.
    func corners(_ x: Double, _ y: Double) -> [(h: Int, w: Int, share: Double)] {
      guard x > -1, x < Double(width), y > -1, y < Double(height) else { return [] }
      let (left, top) = (x.rounded(.down), y.rounded(.down))
      return [(0, 0), (0, 1), (1, 0), (1, 1)].map { below, right in
        (
          Int(top) + below, Int(left) + right,
          (below == 1 ? y - top : 1 - y + top) * (right == 1 ? x - left : 1 - x + left)
        )
      }.filter { (0..<height).contains($0.0) && (0..<width).contains($0.1) }
    }
    func around(_ i: Int, _ t: Int, _ row: Int, _ column: Int) -> Double {
      guard (0..<height).contains(row), (0..<width).contains(column) else { return 0 }
      var sum = 0.0
      for b in -1...1 where (0..<height).contains(row + b) {
        for c in -2...2 where (0..<width).contains(column + c) {
          let j = t * area + (row + b) * width + column + c
          var square = 0.0
          for k in 0..<channels {
            let difference = features[i * channels + k] - features[j * channels + k]
            square += difference * difference
          }
          let link = links == .taylor ? 1 / alpha - square : exp(-alpha * square) / alpha
          sum += taps[1][b + 1] * taps[2][c + 2] * link * weights[j] * values[j]
        }
      }
      return sum
    }
    func expected(_ i: Int) -> Double {
      let (t, h, w) = (i / area, i / width % height, i % width)
      var sum = taps[0][2] * around(i, t, h, w)
      for way in 0...1 {
        var (px, py, weight) = (Double(w), Double(h), 1.0)
        for step in 1...2 {
          let from = way == 1 ? t + step - 1 : t - step + 1, to = way == 1 ? from + 1 : from - 1
          guard (0..<frames).contains(to) else { break }
          var (dx, dy, agreement) = (0.0, 0.0, 0.0)
          for (row, column, share) in corners(px, py) where share > 0 {
            let at = from * area + row * width + column
            dx += share * flows[way][2 * at]
            dy += share * flows[way][2 * at + 1]
            agreement += share * agreements[way][at]
          }
          (px, py, weight) = (px + dx, py + dy, weight * agreement)
          guard px.isFinite, py.isFinite, abs(px) < 1e5, abs(py) < 1e5 else { break }
          let scale = taps[0][2 + step] * weight
          if links == .exact {
            sum += scale * around(i, to, Int((py + 0.5).rounded(.down)), Int((px + 0.5).rounded(.down)))
          } else {
            for (row, column, share) in corners(px, py) { sum += scale * share * around(i, to, row, column) }
          }
        }
      }
      return sum * weights[i]
    }
    let sums = values.indices.map(expected)
    func worst(_ dtype: DType) -> Double {
      func cast(_ tensor: Tensor) -> Tensor { tensor.to(dtype) }
      let motion = SpectralMotion(
        forward: cast(motion.forward), backward: cast(motion.backward),
        forwardAgreement: cast(motion.forwardAgreement), backwardAgreement: cast(motion.backwardAgreement))
      let found = spectralProduct(
        cast(x), weight: cast(d), pairwise: cast(f), kernel: [5, 3, 5], alpha: alpha, operator: links,
        motion: motion)
      return zip(found.to(.float64).array(of: Double.self), sums).map { abs($0 - $1) }.max()!
    }
    #expect(worst(.float64) < 1e-11)
    #expect(worst(.float32) < 2e-4)
  }

  /// The values of a volume moved by whole pixels, frame by frame, are those of the volume at rest.
  @Test func whatMovesWithTheFlowIsAtRest() {
    let (still, size) = (Tensor(uniform: [1, 1, 8, 8], dtype: .float64, seed: 1), 20)
    let features = Tensor(uniform: [1, 1, 8, 8], dtype: .float64, seed: 2)
    // The square starts at (6, 5) and moves by (2, −1) a frame.
    func video(_ square: Tensor, _ velocity: (x: Int, y: Int)) -> Tensor {
      Tensor.concatenate(
        (0..<3).map { t in
          let (top, left) = (5 + velocity.y * t, 6 + velocity.x * t)
          return square.padded([(0, 0), (0, 0), (top, size - 8 - top), (left, size - 8 - left)])
        }, axis: 1)
    }
    let ones = Tensor(ones: [1, 3, size, size], dtype: .float64)
    func step(_ velocity: (x: Int, y: Int)) -> Tensor {
      let flow = Tensor([Double(velocity.x), Double(velocity.y)], shape: [2])
        .broadcast(to: [1, 3, size, size, 2])
      return spectralProduct(
        video(still, velocity), weight: ones, pairwise: video(features, velocity), kernel: [3, 3, 3],
        motion: SpectralMotion(forward: flow, backward: -flow))
    }
    let moved = step((2, -1)), rest = step((0, 0))
    for t in 0..<3 {
      let difference =
        moved[0, t, (5 - t)..<(13 - t), (6 + 2 * t)..<(14 + 2 * t)] - rest[0, t, 5..<13, 6..<14]
      #expect(difference.abs().max().item < 1e-12)
    }
  }

  @Test func flowsAgreeWhereTheyLeadBack() {
    // One row: the second pixel's way back ends a pixel off, the third leaves the frame.
    let flow = Tensor([1, 0, 0.5, 0, 2, 0, 0, 0] as [Double], shape: [1, 4, 2])
    let back = Tensor([0, 0, -1, 0, 0, 0, 0, 0] as [Double], shape: [1, 4, 2])
    let agreement = flowAgreement(flow, back, tolerance: 0.5)
    #expect((agreement - Tensor([1, 1, 0, 1] as [Double], shape: [1, 4])).abs().max().item < 1e-12)
    let off = flowAgreement(flow + 0.25, back, tolerance: 0.5)
    #expect(off.max().item < 1)
    let motion = SpectralMotion(
      forward: flow.reshape(1, 1, 1, 4, 2).broadcast(to: [1, 2, 1, 4, 2]),
      backward: back.reshape(1, 1, 1, 4, 2).broadcast(to: [1, 2, 1, 4, 2]), tolerance: 0.5)
    #expect((motion.forwardAgreement[0, 0] - agreement).abs().max().item == 0)
    #expect(motion.backwardAgreement[0, 0].abs().max().item == 0)
  }

  @Test(arguments: SpectralGraph.Links.allCases)
  func theResultIsTheSameForAnyNumberOfThreads(_ links: SpectralGraph.Links) {
    let shape: Shape = [1, 3, 37, 41]
    let motion = Self.motion(shape, size: 6, seed: 1)
    let inputs = (0..<3).map { Tensor(uniform: shape, dtype: .float64, seed: 10 + $0) }
    func run() -> [[Double]] {
      let (y, pullback) = pullback(at: inputs) {
        spectralProduct($0[0], weight: $0[1], pairwise: $0[2], operator: links, motion: motion)
      }
      return ([y] + pullback(y)).map { $0.array(of: Double.self) }
    }
    let count = Threads.count
    defer { Threads.count = count }
    let all = [1, 2, 5].map { threads in
      Threads.count = threads
      return run()
    }
    let same = all[1] == all[0] && all[2] == all[0]
    #expect(same)
  }

  @Test(arguments: SpectralGraph.Links.allCases)
  func flowThatIsNoNumberCountsNothing(_ links: SpectralGraph.Links) {
    let shape: Shape = [1, 3, 6, 6]
    let flow = Tensor(repeating: .nan, shape: [1, 3, 6, 6, 2])
    let motion = SpectralMotion(forward: flow, backward: flow * .infinity)
    let x = Tensor(uniform: shape, seed: 1)
    let finite = spectralProduct(
      x, weight: x, pairwise: x, kernel: [5, 3, 3], operator: links, motion: motion
    )
    .isFinite().isAllTrue
    #expect(finite)
  }

  private static let shape: Shape = [1, 4, 4, 5]
  static let gradients = [
    GradientCase("one channel", inputs: [[1, 4, 4, 5], .uniform([1, 4, 4, 5], 0.1..<0.9), [1, 4, 4, 5]]) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 3, 5], alpha: 0.8, p: 0.4,
        motion: motion(shape, size: 2.5, seed: 7))
    },
    GradientCase(
      "two channels, flows from frame to frame",
      inputs: [[1, 4, 4, 5], .uniform([1, 4, 4, 5], 0.1..<0.9), [1, 4, 4, 5, 2]]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [5, 3, 3], alpha: 0.5, p: 0.2,
        motion: motion(shape, size: 1.5, seed: 8))
    },
    GradientCase(
      "exact, two channels, flows from frame to frame",
      inputs: [[1, 4, 4, 5], .uniform([1, 4, 4, 5], 0.1..<0.9), [1, 4, 4, 5, 2]]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [5, 3, 9], alpha: 0.5, p: 0.2, operator: .exact,
        motion: motion(shape, size: 1.5, seed: 8))
    },
    GradientCase(
      "runs of pixels", inputs: [[1, 3, 2, 13], .uniform([1, 3, 2, 13], 0.1..<0.9), [1, 3, 2, 13]]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [5, 3, 3], alpha: 0.8, p: 0.4,
        motion: smoothMotion([1, 3, 2, 13], seed: 7))
    },
    GradientCase(
      "exact, three channels, runs of pixels",
      inputs: [[1, 3, 2, 13], .uniform([1, 3, 2, 13], 0.1..<0.9), [1, 3, 2, 13, 3]]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [5, 3, 3], alpha: 0.5, p: 0.2, operator: .exact,
        motion: smoothMotion([1, 3, 2, 13], seed: 8))
    },
    GradientCase(
      "five iterations", inputs: [.uniform([1, 4, 4, 5], 0.1..<0.9), .uniform([1, 4, 4, 5], 0.1..<0.9)]
    ) {
      SpectralSegmenter(kernel: [3, 3, 3], p: 0.2, slope: 4, normalization: .degree)(
        unary: $0[0], pairwise: $0[1], motion: motion(shape, size: 1.5, seed: 9))
    },
  ]

  @Test(arguments: gradients) func gradientsAreRight(_ check: GradientCase) {
    #expect(gradientErrors(check) == [])
  }

  @Test func aGradientOfItsGradientStopsByName() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor(ones: [1, 4, 4, 5], dtype: .float64)
      let motion = Self.motion(x.shape, size: 1.5, seed: 8)
      _ = gradient(at: x) { x in
        gradient(at: x) { spectralProduct($0, weight: x, pairwise: x, motion: motion).sum() }.sum()
      }
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(message.contains("spectralProduct("), "\(message)")
  }

  /// T − 1 flows of a video are those of its frames but the last, and nothing follows what isn't known.
  @Test func flowsOfAVideoAreItsMotion() {
    func flow(_ dx: Float, known: Mask? = nil) -> FlowField {
      FlowField(height: 4, width: 6, vectors: (0..<24).flatMap { _ in [dx, 0] }, known: known)
    }
    let motion = SpectralMotion(forward: [flow(1), flow(2)], backward: [flow(-1), flow(-2)])
    #expect(motion.forward.shape == [1, 3, 4, 6, 2])
    #expect(motion.forward[0, 1].max().item == 2 && motion.backward[0, 1].min().item == -1)
    #expect(motion.forwardAgreement[0, 0, 0, 0].item == 1 && motion.forwardAgreement[0, 0, 0, 5].item == 0)
    #expect(motion.forwardAgreement[0, 2].max().item == 0 && motion.backwardAgreement[0, 0].max().item == 0)

    let known = Mask(height: 4, width: 6, values: (0..<24).map { $0 == 7 ? 0 : 1 })
    let partly = SpectralMotion(forward: [flow(0, known: known)], backward: [flow(0)])
    #expect(partly.forwardAgreement[0, 0, 1, 1].item == 0)
    #expect(partly.forwardAgreement[0, 0, 1, 2].item == 1)
  }
}
