import NN
import Tensor
import Testing

@Suite struct SchedulerTests {
  struct Case: Decodable {
    let name: String
    let learning_rate: Double
    let mode: String?, factor: Double?, patience: Int?, threshold: Double?, cooldown: Int?, minimum: Double?
    let milestones: [Int]?, gamma: Double?
    let warm_up: Int?, epochs: Int?, start_factor: Double?, power: Double?

    func scheduler(_ optimizer: any Optimizer) -> any Scheduler {
      switch name.prefix(while: { $0 != "." }) {
      case "plateau":
        ReduceLROnPlateau(
          optimizer, goal: mode == "min" ? .minimum : .maximum, factor: factor!, patience: patience!,
          threshold: threshold!, cooldown: cooldown!, minimum: minimum!)
      case "multi_step":
        ScheduledLearningRate(optimizer, .multiStep(epochs: milestones!, factor: gamma!))
      case "exponential": ScheduledLearningRate(optimizer, .exponential(factor: gamma!))
      case "polynomial":
        ScheduledLearningRate(optimizer, .polynomial(epochs: epochs!, power: power!))
      default:
        ScheduledLearningRate(
          optimizer,
          .cosine(epochs: epochs!, warmUp: warm_up!, startFactor: start_factor!, minimum: minimum!))
      }
    }

    func optimizer() -> SGD { SGD([Parameter([0])], learningRate: learning_rate) }
  }

  @Test func ratesArePyTorchs() throws {
    let file = try Fixture.load("optimizers")
    let metrics = file.tensors["metrics"]!.array(of: Double.self)
    let cases = try Fixture.cases(Case.self, "schedulers", in: file)
    #expect(cases.count == 7)
    for item in cases {
      let optimizer = item.optimizer()
      let scheduler = item.scheduler(optimizer)
      var rates = [optimizer.learningRate]
      for metric in metrics {
        scheduler.step(metric: metric)
        rates.append(optimizer.learningRate)
      }
      #expect(distance(Tensor(rates), file.tensors["\(item.name).learning_rates"]!) < 1e-14, "\(item.name)")
    }
  }

  @Test func aRunResumesAnywhere() throws {
    let file = try Fixture.load("optimizers")
    let metrics = file.tensors["metrics"]!.array(of: Double.self)
    for item in try Fixture.cases(Case.self, "schedulers", in: file) {
      for stop in [0, 3, 9, 21] {
        let (first, second) = (item.optimizer(), item.optimizer())
        let (whole, resumed) = (item.scheduler(first), item.scheduler(second))
        for metric in metrics[..<stop] { whole.step(metric: metric) }
        try second.load(state: first.state)
        try resumed.load(state: whole.state, named: "run")
        for metric in metrics[stop...] {
          whole.step(metric: metric)
          resumed.step(metric: metric)
          #expect(first.learningRate == second.learningRate, "\(item.name) from epoch \(stop)")
        }
      }
    }
  }

  @Test func groupsKeepTheirRatio() {
    let optimizer = SGD(groups: [
      ParameterGroup([Parameter([0])], learningRate: 1), ParameterGroup([Parameter([0])], learningRate: 0.25),
    ])
    let scheduler = ScheduledLearningRate(optimizer, .multiStep(epochs: [1], factor: 0.5))
    scheduler.step()
    #expect(optimizer.groups.map(\.learningRate) == [0.5, 0.125])
  }

  @Test func aStateThatDoesNotFitIsRefused() throws {
    let optimizer = SGD([Parameter([0])], learningRate: 1)
    let plateau = ReduceLROnPlateau(optimizer)
    let scheduled = ScheduledLearningRate(optimizer, .exponential(factor: 0.5))
    #expect(throws: CheckpointError.self) { try plateau.load(state: scheduled.state) }
    var state = scheduled.state
    state["epoch"] = Tensor(.infinity)
    let error = try #require(throws: CheckpointError.self) { try scheduled.load(state: state, named: "run") }
    #expect(error.description.contains("epoch"))
  }
}
