import Foundation
import NN
import SFModels
import Tensor
import Vision

private let iterations = 100
private let frames = 10
private let lapackLimit = 4000
private let lanczosLimit = 400_000

/// A way to the leading eigenvector, and the nodes up to which it is tried.
private struct Method {
  let name: String
  let column: String
  let limit: Int
  /// 100 iterations from unary scores, which serve as features too.
  let run: (_ scores: Tensor) -> Void
}

private func methods(mostNodes: Int) -> [Method] {
  func lanczos(_ links: SpectralGraph.Links) -> (Tensor) -> Void {
    {
      let graph = SpectralGraph(weight: $0, pairwise: $0, links: links)
      _ = LeadingEigenvector(
        start: Tensor(ones: $0.shape), tolerance: 0, limit: iterations, product: graph.product)
    }
  }
  func filtering(_ dtype: DType) -> (Tensor) -> Void {
    let segmenter = SpectralSegmenter(p: 1, iterations: iterations, normalization: .spectral)
    return {
      let scores = $0.to(dtype)
      _ = segmenter(unary: scores, pairwise: scores)
    }
  }
  return [
    Method(name: "LAPACK (whole, over 100)", column: "lapack", limit: lapackLimit) {
      _ = LeadingEigenvector(of: SpectralGraph(weight: $0, pairwise: $0, links: .exact).dense())
    },
    Method(
      name: "Lanczos, exact graph", column: "lanczos_exact", limit: lanczosLimit, run: lanczos(.exact)),
    Method(
      name: "Lanczos, Taylor graph", column: "lanczos_taylor", limit: lanczosLimit, run: lanczos(.taylor)),
    Method(
      name: "filtering, float64", column: "filtering_float64", limit: mostNodes, run: filtering(.float64)),
    Method(
      name: "filtering, float32", column: "filtering_float32", limit: mostNodes, run: filtering(.float32)),
  ]
}

/// Fig. 2: the time of an iteration against the number of nodes, as a hundredth of 100 iterations from the features on:
/// the graph, where there is one, is built anew.
func drawRunTimes(into folder: URL, mostNodes: Int) throws {
  let methods = methods(mostNodes: mostNodes)
  // None a power of two, whose rows would compete for the same places in the cache.
  let sides = [5, 10, 20, 35, 65, 110, 200, 350, 600, 1000].filter { frames * $0 * $0 <= mostNodes }
  let sizes = sides.map { frames * $0 * $0 }
  var bar = ProgressBar(
    "Fig. 2", count: sizes.map { size in methods.count { size <= $0.limit } }.reduce(0, +))
  var table = TrainingLog(columns: ["nodes"] + methods.map(\.column))
  for (side, size) in zip(sides, sizes) {
    let scores = Tensor(uniform: [1, frames, side, side], in: 0.05..<0.95, dtype: .float64, seed: 1)
    let seconds = methods.map { method in
      guard size <= method.limit else { return Double.nan }
      let time = shortestSeconds { method.run(scores) }
      bar.advance("\(size) nodes, \(method.name)")
      return time / Double(iterations)
    }
    table.append([Double(size)] + seconds)
    Memory.trim()
  }
  bar.finish()

  print("Fig. 2: milliseconds for each of \(iterations) iterations, the building of the graph included")
  print(
    (["nodes"] + methods.map(\.column)).map { String(repeating: " ", count: max(0, 18 - $0.count)) + $0 }
      .joined())
  for row in table.rows {
    let cells =
      [String(format: "%18.0f", row[0])]
      + row.dropFirst().map {
        $0.isNaN ? String(repeating: " ", count: 17) + "-" : String(format: "%18.4g", 1000 * $0)
      }
    print(cells.joined())
  }
  try table.write(to: folder.appending(path: "figure2.csv"))
  let plot = LinePlot(
    title: "Time of an iteration, 10 frames, 3x7x7 neighbours", xLabel: "nodes", yLabel: "seconds",
    series: methods.map { method in
      LinePlot.Series(
        method.name,
        points: zip(table.values(of: "nodes"), table.values(of: method.column)).map { Point($0, $1) })
    }, isLogarithmicX: true, isLogarithmicY: true)
  try plot.render().write(to: folder.appending(path: "figure2.png"))
}

/// The shortest of as many runs as fit into half a second, up to ten; at least one.
private func shortestSeconds(_ run: () -> Void) -> Double {
  var times: [Double] = []
  while times.isEmpty || times.count < 10 && times.reduce(0, +) < 0.5 {
    times.append(ContinuousClock().measure(run) / .seconds(1))
  }
  return times.min()!
}
