import NN
import Tensor
import TestSupport
import Testing

@testable import Distributed

@Suite struct CommunicatorTests {
  @Test func aProgramStartedByItselfIsAWorldOfOne() throws {
    let world = try Communicator(environment: [:], library: ["libnothing.so"])
    #expect(world.rank == 0 && world.size == 1 && world.shard == .whole)
    let model = Linear(2, 1)
    let (_, gradients) = try world.valueWithGradient(of: model) { model(Tensor(ones: [3, 2])).sum() }
    #expect(try world.averaged(gradients)[model.weight]!.array() == [3, 3])
    #expect(try world.sums([1, 2], of: "numbers") == [1, 2])
    #expect(try world.gathered("text") == ["text"])
    try model.broadcast(from: 0, in: world)
    try world.barrier()
  }

  @Test func oneProcessOfALauncherNeedsNoLibrary() throws {
    let step = ["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "1", "OMP_NUM_THREADS": "1"]
    #expect(try Communicator(environment: step, library: ["libnothing.so"]).size == 1)
  }

  @Test func aMissingLibraryIsToldInOneLine() throws {
    let several = ["OMPI_COMM_WORLD_SIZE": "2"]
    let missing = #expect(throws: CommunicationError.self) {
      try Communicator(environment: several, library: ["libnothing.so"])
    }
    #expect("\(missing!)".contains("openmpi-bin") && !"\(missing!)".contains("\n"))
    let foreign = #expect(throws: CommunicationError.self) {
      try Communicator(environment: several, library: ["libm.so.6"])
    }
    #expect("\(foreign!)".contains("ompi_mpi_comm_world"))
  }
}

@Suite struct PlacementTests {
  private func peers(_ hosts: String...) -> [Peer] {
    hosts.enumerated().map { Peer(host: $1, process: Int32($0), processSpace: $1, processors: [4, 5]) }
  }

  @Test func processesOfAHostShareItsProcessorsOut() {
    let peers = peers("a", "b", "a", "a")
    let places = peers.indices.map {
      Placement(peers: peers, rank: $0, environment: [:], lent: [0, 4, 1, 5, 2, 6, 3, 7])
    }
    #expect(places.map(\.processors) == [[0, 4], [0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 5], [3, 6, 7]])
    #expect(places.map(\.threads) == [2, 8, 3, 3])
  }

  @Test func moreProcessesThanProcessorsStayWhereTheyAre() {
    let place = Placement(peers: peers("a", "a", "a"), rank: 1, environment: [:], lent: [0, 1])
    #expect(place.processors == nil && place.threads == 1)
  }

  @Test func whatTheUserSaysCounts() {
    let bound = Placement(
      peers: peers("a"), rank: 0, environment: ["OMPI_MCA_hwloc_base_binding_policy": "core"],
      lent: [0, 1, 2])
    #expect(bound.processors == nil && bound.threads == 2)
    let threads = Placement(
      peers: peers("a"), rank: 0, environment: ["OMP_NUM_THREADS": "3"], lent: [0, 1, 2, 3])
    #expect(threads.threads == nil)
  }
}
