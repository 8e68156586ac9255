import ArgumentParser
import SFModels

/// Trains SFTrack++ (Burceanu 2020), and measures what each of its parts is worth.
@main
struct TrainSFTrack: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains SFTrack++, which makes one better box and a mask of several trackers' boxes.",
    subcommands: [TrainPhase.self, RunStudy.self], defaultSubcommand: TrainPhase.self)
}

extension SFTrack.Preset: ExpressibleByArgument {}
