import ArgumentParser
import Foundation
import Vision

/// Draws the figures with which SFSeg++ (§4.2–4.4) shows that filtering finds the graph's leading eigenvector, and fast.
@main
struct SpectralFigures: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws Figures 2, 3 and 4 of SFSeg++: run time, a toy video, convergence to the eigenvector.",
    discussion: """
      Under --output it leaves figure2.png (time for each iteration against the number of nodes), figure3.png (the \
      masks of a toy video) and figure4.png (angle and IoU over iterations), each with a .csv of its numbers.
      """)

  @Option(help: "Where the figures go.")
  var output = "runs/spectral-figures"

  @Option(help: "The figures to draw, separated by commas.")
  var figures = "2,3,4"

  @Option(help: "Figure 2: the most nodes that are filtered; the other methods stop at limits of their own.")
  var nodes = 10_000_000

  @Option(help: "What the toy video's noise is drawn from.")
  var seed: UInt64 = 1

  private var chosen: [String] { figures.split(separator: ",").map(String.init) }

  func validate() throws {
    guard !chosen.isEmpty, chosen.allSatisfy(["2", "3", "4"].contains) else {
      throw ValidationError("--figures is '\(figures)'; it must be of 2, 3 and 4, separated by commas.")
    }
    guard nodes >= 250 else { throw ValidationError("--nodes is \(nodes); it must be at least 250.") }
  }

  func run() throws {
    let folder = URL(filePath: output)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FigureError(description: "can't make the folder \(output)")
    }
    guard ImageFormat.png.isBuiltIn else {
      throw FigureError(description: "this build has no PNG codec: install libpng-dev and rebuild")
    }
    let toy = chosen == ["2"] ? nil : ToyStudy(seed: seed)
    for figure in chosen {
      switch figure {
      case "2": try drawRunTimes(into: folder, mostNodes: nodes)
      case "3": try drawMasks(of: toy!, into: folder)
      default: try drawConvergence(of: toy!, into: folder)
      }
    }
    print("figures in \(output)")
  }
}

/// Why there is no figure, in one line.
struct FigureError: Error, CustomStringConvertible {
  let description: String
}
