import NN
import Tensor
import TestSupport
import Testing

@Suite struct SchedulerTests {
  struct Case: Decodable {
    let name: String
    let learning_rate: Double
    let mode: String?, factor: Double?, patience: Int?, threshold: Double?, cooldown: Int?, minimum: Double?
    let milestones: [Int]?, gamma: Double?, step_size: Int?
    let warm_up: Int?, epochs: Int?, start_factor: Double?, power: Double?
    let total_steps: Int?, pct_start: Double?, div_factor: Double?, final_div_factor: Double?

    func scheduler(_ optimizer: any Optimizer) -> any Scheduler {
      let schedule: LearningRateSchedule
      switch name.prefix(while: { $0 != "." }) {
      case "plateau":
        return ReduceLROnPlateau(
          optimizer, goal: mode == "min" ? .minimum("val_loss") : .maximum("val_loss"), factor: factor!,
          patience: patience!, threshold: threshold!, cooldown: cooldown!, minimum: minimum!)
      case "multi_step": schedule = .multiStep(at: milestones!, factor: gamma!)
      case "step": schedule = .step(every: step_size!, factor: gamma!)
      case "exponential": schedule = .exponential(factor: gamma!)
      case "polynomial": schedule = .polynomial(over: epochs!, power: power!)
      case "one_cycle":
        schedule = .oneCycle(
          over: total_steps!, rise: pct_start!, divisor: div_factor!, finalDivisor: final_div_factor!)
      default:
        schedule = .warmUp(
          warm_up!, from: start_factor!, then: .cosine(over: epochs! - warm_up!, minimum: minimum!))
      }
      return ScheduledLearningRate(optimizer, schedule)
    }

    func optimizer() -> SGD { SGD([Parameter([0])], learningRate: learning_rate) }
  }

  @Test func ratesArePyTorchs() throws {
    let file = try Fixture.load("optimizers")
    let metrics = file.tensors["metrics"]!.array(of: Double.self)
    let cases = try Fixture.cases(Case.self, "schedulers", in: file)
    #expect(cases.count == 9)
    for item in cases {
      let optimizer = item.optimizer()
      let scheduler = item.scheduler(optimizer)
      var rates = [optimizer.learningRate]
      for metric in metrics {
        scheduler.step(["val_loss": metric])
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
        for metric in metrics[..<stop] { whole.step(["val_loss": metric]) }
        second.learningRate = first.learningRate
        try resumed.load(state: whole.state, named: "run")
        for metric in metrics[stop...] {
          whole.step(["val_loss": metric])
          resumed.step(["val_loss": metric])
          #expect(first.learningRate == second.learningRate, "\(item.name) from epoch \(stop)")
        }
      }
    }
  }

  @Test func groupsKeepTheirRatio() {
    let optimizer = SGD(groups: [
      ParameterGroup([Parameter([0])], learningRate: 1), ParameterGroup([Parameter([0])], learningRate: 0.25),
    ])
    let scheduler = ScheduledLearningRate(optimizer, .multiStep(at: [1], factor: 0.5))
    scheduler.step()
    #expect(optimizer.groups.map(\.learningRate) == [0.5, 0.125])
  }

  @Test func aScheduleIsAnyFunctionAndCountsOnAfterWarmingUp() {
    let square = LearningRateSchedule { base, position in base * Double(position * position) }
    #expect((0..<4).map { square(2, at: $0) } == [0, 2, 8, 18])
    let warmed = LearningRateSchedule.warmUp(4, from: 0, then: square)
    #expect((0..<7).map { warmed(2, at: $0) } == [0, 0.5, 1, 1.5, 0, 2, 8])
    #expect((0..<3).map { LearningRateSchedule.warmUp(2)(1, at: $0) } == [0.1, 0.55, 1])
    #expect(LearningRateSchedule.cosine(over: 10, minimum: 0.5)(1, at: 99) == 0.5)
    #expect(
      LearningRateSchedule.oneCycle(over: 10)(1, at: 99) == LearningRateSchedule.oneCycle(over: 10)(1, at: 9))
  }

  /// Whatever a metric's sign, only what is better by a fraction of its size counts.
  @Test(arguments: [-1.0, 0, 1, -1e300, 1e300, .infinity, -.infinity, .nan])
  func aRateFallsWhereNothingGetsBetter(_ metric: Double) {
    for goal in [MetricGoal.minimum("val_loss"), .maximum("val_loss")] {
      for threshold in [0, 1e-4, 0.3] {
        let optimizer = SGD([Parameter([0])], learningRate: 1)
        let plateau = ReduceLROnPlateau(optimizer, goal: goal, patience: 2, threshold: threshold)
        for _ in 0..<5 { plateau.step(metric) }
        #expect(optimizer.learningRate == 0.1, "\(metric), \(goal), \(threshold)")
      }
    }
  }

  @Test(arguments: [-1.0, 1]) func anImprovementByTheThresholdKeepsTheRate(_ sign: Double) {
    for goal in [MetricGoal.minimum("val_loss"), .maximum("val_loss")] {
      let optimizer = SGD([Parameter([0])], learningRate: 1)
      let plateau = ReduceLROnPlateau(optimizer, goal: goal, patience: 1, threshold: 0.1)
      var metric = sign
      for _ in 0..<9 {
        plateau.step(metric)
        metric += (goal == .minimum("val_loss") ? -0.11 : 0.11) * abs(metric)
      }
      #expect(optimizer.learningRate == 1, "\(goal)")
    }
  }

  @Test func aStateThatDoesNotFitIsRefused() throws {
    let optimizer = SGD([Parameter([0])], learningRate: 1)
    let plateau = ReduceLROnPlateau(optimizer)
    let scheduled = ScheduledLearningRate(optimizer, .exponential(factor: 0.5))
    #expect(throws: CheckpointError.self) { try plateau.load(state: scheduled.state) }
    var state = scheduled.state
    state["position"] = Tensor(.infinity)
    let error = try #require(throws: CheckpointError.self) { try scheduled.load(state: state, named: "run") }
    #expect(error.description.contains("position"))
  }
}
