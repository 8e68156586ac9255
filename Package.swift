// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The optional C libraries. Each is used where its header is installed; the package builds and
/// passes its tests without any of them. `SFVIDEO_MINIMAL=1` builds as if none were there.
func isInstalled(_ header: String) -> Bool {
  let folders = [
    "/usr/include", "/usr/local/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu",
  ]
  return Context.environment["SFVIDEO_MINIMAL"] == nil
    && folders.contains { FileManager.default.fileExists(atPath: "\($0)/\(header)") }
}

let hasOneDNN = isInstalled("oneapi/dnnl/dnnl.h")
let hasPNG = isInstalled("png.h")
let hasJPEG = isInstalled("jpeglib.h")

/// The kernels are compiled for several CPUs, among which the loader picks; `SFVIDEO_CPU=x86-64` or `x86-64-v3` compiles
/// them for that one only, to test it on a better one.
let cpu = Context.environment["SFVIDEO_CPU"].map { ["-march=\($0)", "-DCK_ONE_CPU"] } ?? []

/// Hot loops are optimised in debug builds too: the tests run there. These flags are why packages can depend on this one by
/// branch, revision or path, but not by version: SwiftPM takes no unsafe flags of versioned dependencies.
let optimised: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-fno-trapping-math"] + cpu)]

/// A program in `Examples`, and what it shares with others there.
func example(_ name: String, _ shared: String...) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "Tensor", "NN", "Distributed", "Vision", "Datasets", "Evaluation", "SFModels",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ] + shared.map { .byName(name: $0) }, path: "Examples/\(name)")
}

/// A script in `Examples/Scripts`, beside which stands what it would be in PyTorch.
func script(_ name: String, _ modules: String...) -> Target {
  .executableTarget(
    name: name, dependencies: modules.map { .byName(name: $0) }, path: "Examples/Scripts/\(name)",
    exclude: ["pytorch.py"])
}

let package = Package(
  name: "SFVideo",
  products: [
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "NN", targets: ["NN"]),
    .library(name: "Distributed", targets: ["Distributed"]),
    .library(name: "Vision", targets: ["Vision"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),
    .library(name: "SFModels", targets: ["SFModels"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .target(
      name: "CKernels", publicHeadersPath: ".", cSettings: optimised,
      linkerSettings: [.linkedLibrary("openblas"), .linkedLibrary("lapacke"), .linkedLibrary("m")]),
    .target(name: "CVision", dependencies: ["CKernels"], cSettings: optimised),
    .target(name: "CSpectral", dependencies: ["CKernels"], cSettings: optimised + [.headerSearchPath(".")]),
    .target(
      name: "COneDNN", dependencies: ["CKernels"],
      cSettings: optimised + (hasOneDNN ? [.define("HAS_ONEDNN")] : [])),
    .target(
      name: "CCodecs",
      cSettings: optimised + (hasPNG ? [.define("HAS_PNG")] : [])
        + (hasJPEG ? [.define("HAS_JPEG")] : []),
      linkerSettings: (hasPNG ? [.linkedLibrary("png")] : [])
        + (hasJPEG ? [.linkedLibrary("jpeg")] : [])),

    .target(name: "Tensor", dependencies: ["CKernels", "COneDNN", "COpenBLAS"]),
    .target(name: "NN", dependencies: ["Tensor", "CKernels"]),
    .target(name: "Distributed", dependencies: ["NN", "Tensor"]),
    .target(name: "Vision", dependencies: ["Tensor", "CVision", "CCodecs"]),
    .target(name: "Datasets", dependencies: ["Tensor", "Vision"]),
    .target(name: "Evaluation", dependencies: ["CVision", "Tensor", "Vision", "Datasets"]),
    .target(
      name: "SFModels", dependencies: ["CSpectral", "COpenBLAS", "Tensor", "NN", "Vision", "Datasets"]),

    .target(
      name: "TrainingOptions",
      dependencies: ["Tensor", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Examples/TrainingOptions"),
    example("TrainFeat2Seg", "TrainingOptions"),
    example("TrainSFTrack", "TrainingOptions"),
    example("TrainRTS", "TrainingOptions"),
    example("TrainSAMN", "TrainingOptions"),
    example("CompareSAMN"),
    example("TrainSiamese", "TrainingOptions"),
    example("CompareSiamese"),
    example("CompareTrackers"),
    example("TrainSpectral"),
    example("RefineVideo"),
    example("TrackVideo"),
    example("Evaluate"),
    example("SynthesizeVideos"),
    example("Inspect"),
    example("SpectralFigures"),

    .executableTarget(
      name: "Shapes", dependencies: ["Datasets", "NN", "Tensor", "Vision"], path: "Examples/Shapes"),
    script("ClassifyArrays", "NN", "Tensor"),
    script("FineTuneResNet", "Datasets", "NN", "SFModels", "Tensor", "Vision"),
    script("SegmentFolder", "Datasets", "NN", "SFModels", "Tensor", "Vision"),
    script("GradientPenalty", "NN", "Tensor"),
    script("MetaLearning", "NN", "Tensor"),
    script("OwnOperator", "Tensor"),
    script("ClassifySequences", "NN", "Tensor"),
    script("RefineMasks", "Datasets", "SFModels", "Tensor", "Vision"),
    script("ClassifyImage", "NN", "SFModels", "Tensor", "Vision"),

    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "CMeasure", "COneDNN", "Distributed", "Evaluation", "NN", "SFModels", "Tensor", "Vision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks", exclude: ["CMeasure", "README.md", "peer.py", "scaling.py"]),
    .target(name: "CMeasure", dependencies: ["CKernels"], path: "Benchmarks/CMeasure", cSettings: optimised),

    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Datasets", "NN", "Tensor", "Vision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Fuzz"),

    .executableTarget(
      name: "DistributedJob", dependencies: ["Distributed", "NN", "Tensor"], path: "Tests/DistributedJob"),
    .target(name: "CFormula", path: "Tests/CFormula", cSettings: optimised),
    .target(name: "TestSupport", dependencies: ["NN", "Tensor", "Vision"], path: "Tests/TestSupport"),
    .testTarget(name: "TensorTests", dependencies: ["NN", "Tensor", "TestSupport"]),
    .testTarget(
      name: "NNTests", dependencies: ["NN", "Tensor", "TestSupport"], exclude: ["read_events.py"]),
    .testTarget(
      name: "DistributedTests",
      dependencies: ["Distributed", "DistributedJob", "NN", "Tensor", "TestSupport"]),
    .testTarget(
      name: "SFModelsTests",
      dependencies: ["CFormula", "COpenBLAS", "SFModels", "NN", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainFeat2SegTests", dependencies: ["TrainFeat2Seg", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainSFTrackTests",
      dependencies: ["TrainSFTrack", "NN", "SFModels", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainRTSTests", dependencies: ["TrainRTS", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(
      name: "CompareSAMNTests",
      dependencies: ["CompareSAMN", "Datasets", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainSAMNTests",
      dependencies: ["TrainSAMN", "NN", "SFModels", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainSiameseTests",
      dependencies: ["TrainSiamese", "NN", "SFModels", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "CompareSiameseTests",
      dependencies: ["CompareSiamese", "NN", "SFModels", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrainSpectralTests",
      dependencies: ["TrainSpectral", "Datasets", "NN", "SFModels", "Tensor", "TestSupport", "Vision"]),
    .testTarget(name: "RefineVideoTests", dependencies: ["RefineVideo", "TestSupport", "Vision"]),
    .testTarget(
      name: "CompareTrackersTests",
      dependencies: ["CompareTrackers", "Datasets", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(
      name: "TrackVideoTests",
      dependencies: ["TrackVideo", "Datasets", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(
      name: "EvaluateTests", dependencies: ["Evaluate", "NN", "SFModels", "TestSupport", "Vision"]),
    .testTarget(name: "InspectTests", dependencies: ["Inspect", "NN", "Tensor", "TestSupport"]),
    .testTarget(
      name: "SynthesizeVideosTests",
      dependencies: ["SynthesizeVideos", "Datasets", "Evaluation", "TestSupport", "Vision"]),
    .testTarget(
      name: "ScriptsTests",
      dependencies: [
        "ClassifyArrays", "ClassifyImage", "ClassifySequences", "FineTuneResNet", "OwnOperator",
        "RefineMasks",
        "SegmentFolder", "Datasets", "NN", "SFModels", "Tensor", "TestSupport", "Vision",
      ]),
    .testTarget(name: "SpectralFiguresTests", dependencies: ["SpectralFigures", "NN", "Vision"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "NN", "Tensor", "TestSupport", "Vision"]),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Datasets", "Evaluation", "Tensor", "TestSupport", "Vision"]),
    .testTarget(name: "VisionTests", dependencies: ["Tensor", "TestSupport", "Vision"]),
  ],
  swiftLanguageModes: [.v6]
)
