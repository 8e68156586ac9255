import Evaluation
import SFModels
import Tensor

// Tables 5, 6 and 7 of the paper, over the videos to report on.
extension Study {
  func table5(_ networks: [LearnedNetwork], _ ours: LearnedSFSeg, _ alongMotion: Combination) -> Table {
    var table = Table("Table 5: learned ensembles", columns: ["method", "parameters", "J %"])
    for network in networks.reversed() {
      table.rows.append(
        (network.combination.name, [Double(network.parameterCount), network.combination.jaccard(data.test)]))
    }
    for combination in [ours.combination, alongMotion] {
      table.rows.append(
        (combination.name, [Double(ours.model.parameterCount), combination.jaccard(data.test)]))
    }
    return table
  }

  func table6(_ basic: BasicCombinations, _ network: Combination, _ further: [Combination]) -> Table {
    let names = ["Best Method", "2nd Best Method", "3rd Best Method"].prefix(data.channelCount)
    let singles = names.indices.map { single($0, names[$0]) }
    let weakest = single(data.channelCount - 1, "Weakest Method")
    let refinedBest = refined(singles[0], "SFSeg(Best Method)", data)
    let combinations =
      [weakest] + singles.reversed()
      + [refinedBest, basic.mean, basic.median, basic.refinedMean, network] + further
    let scores = combinations.map { $0.jaccard(data.test) }
    let (best, mean) = (singles[0].jaccard(data.test), basic.mean.jaccard(data.test))
    var table = Table(
      "Table 6: methods and ensembles", columns: ["method", "J %", "over best %", "over ensemble %"])
    for (combination, score) in zip(combinations, scores) {
      let isNetwork = combination.name == network.name
      let name = isNetwork ? "Best NN Ensemble (\(network.name))" : combination.name
      table.rows.append((name, [score, score - best, score - mean]))
    }
    return table
  }

  func table7(_ basic: BasicCombinations, _ network: Combination, _ further: [Combination]) throws -> Table {
    let combinations =
      [
        single(data.channelCount - 1, "Weakest Method"), single(0, "Best Method"), basic.mean,
        basic.refinedMean, network,
      ] + further
    let flows = data.test.map { self.flows[$0.name]! }
    let truth = flows.allSatisfy { $0.trueFlow != nil }
    var table = Table(
      "Table 7: temporal consistency (TCONT), IoU with the truth in %",
      columns: ["method"] + (truth ? ["true flow"] : []) + ["estimated flow"])
    for combination in combinations {
      let masks = data.test.map { combination.balancedMasks($0) }
      func score(_ flow: (VideoFlows) -> VideoFlows.Flows) throws -> Double {
        try 100
          * data.test.indices.map { video in
            let flow = flow(flows[video])
            return try TemporalConsistency(
              of: masks[video], truth: data.test[video].truth, forward: flow.forward, backward: flow.backward
            ).mean
          }.mean
      }
      table.rows.append(
        (combination.name, try (truth ? [score { $0.trueFlow! }] : []) + [score { $0.estimatedFlow }]))
    }
    return table
  }
}
