import ArgumentParser
import Foundation
import NN
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
    guard 250...100_000_000 ~= nodes else {
      throw ValidationError("--nodes is \(nodes); it must be 250 to 100000000.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted: the figures done so far are in \(output)")
    let output = try OutputFolder(URL(filePath: output))
    guard ImageFormat.png.isBuiltIn else {
      throw FigureError(description: "this build has no PNG codec: install libpng-dev and rebuild")
    }
    let toy = chosen == ["2"] ? nil : ToyStudy(seed: seed)
    for figure in chosen {
      switch figure {
      case "2": try drawRunTimes(into: output.url, mostNodes: nodes)
      case "3": try drawMasks(of: toy!, into: output.url)
      default: try drawConvergence(of: toy!, into: output.url)
      }
    }
    Program.report("figures in \(output.url.path)")
  }
}

/// Why there is no figure, in one line.
struct FigureError: Error, CustomStringConvertible {
  let description: String
}
