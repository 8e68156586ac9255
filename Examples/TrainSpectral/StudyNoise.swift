import Evaluation
import SFModels
import Tensor
import Vision

// Table 4 and Fig. 9 of the paper: what noise in the channels does.
extension Study {
  mutating func studyNoise(
    _ network: LearnedNetwork, clean: (basic: BasicCombinations, ours: LearnedSFSeg)
  ) throws {
    var table = Table(
      "Table 4: noisy input, J %",
      columns: [
        "input", "Ensemble", "SFSeg(Ensemble)", "Best NN Ensemble", "SFSeg++", "SFSeg++ along the motion",
      ])
    var weights = Table("Fig. 9: learned weights", columns: ["input"] + data.methods + ["bias"])
    var figure = WeightsFigure()
    func add(
      _ name: String, _ treatments: [ChannelMix.Treatment], _ data: ChannelData, _ basic: BasicCombinations,
      _ network: Combination, _ ours: LearnedSFSeg
    ) throws {
      let combinations = [
        basic.mean, basic.refinedMean, network, ours.combination, alongMotion(ours, data),
      ]
      table.rows.append((name, combinations.map { $0.jaccard(data.test) }))
      let learned = ours.model.weight.value.array(of: Float.self).map(Double.init)
      weights.rows.append((name, learned + [ours.model.bias.value.item]))
      figure.panels.append(WeightsFigure.Panel(title: name, weights: learned, treatments: treatments))
      // After each row: an interrupt keeps what there is.
      try write(table.csv, to: "table4.csv")
      try write(weights.csv, to: "weights.csv")
      if isWriter && ImageFormat.png.isBuiltIn { try figure.render().write(to: file("weights.png")) }
    }
    try add(
      "No noise", [ChannelMix.Treatment](repeating: .none, count: data.channelCount), data, clean.basic,
      network.combination, clean.ours)
    for noise in ChannelNoise.allCases {
      for mix in ChannelMix.allCases {
        let name = "\(noise.rawValue): \(mix.name(channels: data.channelCount))"
        let noisy = data.under(noise, mix, seed: schedule.seed)
        let ours = try learnSFSeg(on: noisy, name: "SFSeg++, \(name)")
        let relearned = try learn(
          network.ensemble, on: noisy,
          name: "\(network.ensemble.rawValue), \(name)")
        try add(
          name, mix.treatments(channels: data.channelCount), noisy, basicCombinations(noisy),
          relearned.combination, ours)
      }
    }
    try finish(table, "table4")
  }
}
