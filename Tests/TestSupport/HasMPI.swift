import Foundation

/// Whether tests that start several processes run: not where Open MPI's mpirun is missing, nor where the optional parts are
/// to be done without.
public let hasMPI: Bool = {
  let environment = ProcessInfo.processInfo.environment
  let folders = (environment["PATH"] ?? "").split(separator: ":")
  return environment["SFVIDEO_MINIMAL"] == nil
    && folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/mpirun") }
}()

/// Why they don't.
public let needsMPI = "needs Open MPI's mpirun (openmpi-bin), and no SFVIDEO_MINIMAL"
