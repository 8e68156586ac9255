import Foundation
import NN
import Tensor
import TestSupport
import Testing

/// Files of NumPy's: see Fixtures/numpy_files.py.
@Suite struct NumPyFileTests {
  private func halves(_ count: Int) -> [Double] { (0..<count).map { Double($0) / 2 } }

  @Test func arraysOfAllTypesAreRead() throws {
    let file = try NumPyFile(contentsOf: Fixture.url("arrays.npz"))
    #expect(file.arrays.prefix(3).map(\.name) == ["int8", "int16", "int32"], "in the order of the file")
    func expect(_ name: String, _ shape: Shape, _ dtype: DType, _ elements: [Double]) throws {
      let tensor = try file.tensor(name)
      #expect(tensor.shape == shape && tensor.dtype == dtype, "\(name)")
      #expect(tensor.array(of: Double.self) == elements, "\(name)")
    }
    for order in ["", "big/"] {
      for type in ["int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"] {
        try expect(order + type, [4], .int32, [0, 1, 2, 3])
      }
      try expect(order + "uint8", [4], .uint8, [0, 1, 2, 3])
      for type in ["float16", "float32"] { try expect(order + type, [4], .float32, halves(4)) }
      try expect(order + "float64", [4], .float64, halves(4))
    }
    try expect("bool", [3], .bool, [1, 0, 1])
    try expect("scalar", [], .float32, [2.5])
    try expect("empty", [0, 3], .float64, [])
    try expect("volume", [2, 3, 4], .float32, halves(24))
    try expect("columns", [2, 3, 4], .float64, halves(24))
  }

  static let others = [
    ("complex", "has the element type <c8"), ("text", "has the element type <U1"),
    ("records", "has the element type [('x', '<f4'), ('y', '<i2', (2,))]"),
    ("objects", "has the element type |O"), ("wide", "the integer 1099511627776 does not fit"),
    ("none", "missing: none"),
  ]

  @Test(arguments: others) func whatHasNoCounterpartIsNamed(_ name: String, _ reason: String) throws {
    let file = try NumPyFile(contentsOf: Fixture.url("arrays.npz"))
    let error = try #require(throws: CheckpointError.self) { try file.tensor(name) }
    #expect(error.description.contains("arrays.npz") && error.description.contains(reason), "\(error)")
  }

  @Test func compressedArraysAndAllVersionsAreRead() throws {
    let file = try NumPyFile(contentsOf: Fixture.url("deflated.npz"))
    #expect(file.arrays.map(\.name) == ["stored", "fixed", "dynamic", "noise", "zeros"])
    #expect(file.arrays.map(\.type) == ["float32", "float32", "float64", "uint8", "float32"])
    #expect(try file.tensor("stored").array(of: Double.self) == halves(50))
    #expect(try file.tensor("fixed").array(of: Double.self) == halves(3))
    #expect(try file.tensor("dynamic").array(of: Double.self) == halves(2000))
    #expect(try file.tensor("noise").to(.int32).sum().item == 3044)
    let zeros = try file.tensor("zeros")
    #expect(zeros.shape == [300, 100] && zeros.array().allSatisfy { $0 == 0 })
  }

  @Test func aSingleArrayHasItsFilesName() throws {
    let file = try NumPyFile(contentsOf: Fixture.url("fortran.npy"))
    #expect(file.arrays.map(\.name) == ["fortran"] && file.arrays[0].sizes == [3, 2])
    #expect(try file.tensor("fortran").array(of: Double.self) == halves(6))
  }

  static let tensors: [String: Tensor] = [
    "float32": Tensor([1.5, -2, .infinity, 0, 1, 2] as [Float], shape: [3, 2]),
    "float64": Tensor([0.1] as [Double]),
    "int32": Tensor([1, -2] as [Int32], shape: [2, 1, 1]), "uint8": Tensor([7, 255] as [UInt8]),
    "bool": Tensor([true, false]), "scalar": Tensor(3.5, dtype: .float32), "empty": Tensor(zeros: [0, 4]),
    "ä/b": Tensor([1] as [Float]),
    "transposed": Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).permuted(1, 0),
  ]

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "all.npz")
      try NumPyFile.write(Self.tensors, to: url)
      let file = try NumPyFile(contentsOf: url)
      #expect(Set(file.arrays.map(\.name)) == Set(Self.tensors.keys))
      for (name, tensor) in Self.tensors {
        let read = try file.tensor(name)
        #expect(
          read.shape == tensor.shape && read.dtype == tensor.dtype && bytes(read) == bytes(tensor), "\(name)")
        let single = folder.appending(path: "one.npy")
        try NumPyFile.write(tensor, to: single)
        #expect(try bytes(NumPyFile(contentsOf: single).tensor("one")) == bytes(tensor), "\(name)")
        #expect(try bytes(NumPyFile.read(single)) == bytes(tensor), "\(name)")
      }
      try NumPyFile.write(Tensor([1.5]).to(.bfloat16), to: url)
      #expect(try NumPyFile(contentsOf: url).tensor("all").dtype == .float32)
      let nowhere = folder.appending(path: "nowhere/x.npy")
      #expect(throws: CheckpointError.self) { try NumPyFile.write(Tensor([1]), to: nowhere) }
      #expect(throws: CheckpointError.self, "several arrays") {
        try NumPyFile.read(Fixture.url("arrays.npz"))
      }
    }
  }

  private static let python = Python(having: "numpy")

  @Test(.enabled(if: python != nil, "needs python3 with the package numpy")) func numPyReadsThem() throws {
    let script = """
      import sys, numpy
      arrays = numpy.load(sys.argv[1])
      for name in sorted(arrays): print(name, arrays[name].dtype, arrays[name].shape, arrays[name].tolist())
      """
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "all.npz")
      try NumPyFile.write(Self.tensors, to: url)
      let output = try #require(Self.python?.output(["-c", script, url.path]))
      #expect(
        output.split(separator: "\n") == [
          "bool bool (2,) [True, False]", "empty float32 (0, 4) []",
          "float32 float32 (3, 2) [[1.5, -2.0], [inf, 0.0], [1.0, 2.0]]", "float64 float64 (1,) [0.1]",
          "int32 int32 (2, 1, 1) [[[1]], [[-2]]]", "scalar float32 () 3.5",
          "transposed float32 (3, 2) [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]", "uint8 uint8 (2,) [7, 255]",
          "ä/b float32 (1,) [1.0]",
        ])
    }
  }

  @Test func aModuleLoadsFromAnArchive() throws {
    let (saved, loaded) = (Linear(3, 2), Linear(3, 2))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "linear.npz")
      try NumPyFile.write(saved.stateDict.tensors, to: url)
      try loaded.load(from: url)
      #expect(bytes(loaded.weight.value) == bytes(saved.weight.value))
    }
  }

  @Test(arguments: ["arrays.npz", "deflated.npz", "fortran.npy"])
  func aFileCutAnywhereIsRefused(_ name: String) throws {
    let data = try Data(contentsOf: Fixture.url(name))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: name)
      for length in stride(from: 0, to: data.count - 1, by: 61) {
        try data.prefix(length).write(to: url)
        #expect(throws: CheckpointError.self, "\(length) bytes") {
          let file = try NumPyFile(contentsOf: url)
          for array in file.arrays { _ = try file.tensor(array) }
        }
      }
    }
  }

  @Test func damageToTheElementsIsFound() throws {
    var data = try Data(contentsOf: Fixture.url("deflated.npz"))
    data[200] ^= 1
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "damaged.npz")
      try data.write(to: url)
      let error = try #require(throws: CheckpointError.self) {
        try NumPyFile(contentsOf: url).tensor("stored")
      }
      #expect(error.description.contains("'stored'") && error.description.contains("damaged"), "\(error)")
    }
  }

  static let headers = [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", ""),
    ("{'shape': (2L,), 'fortran_order': False, \"descr\": '<f4'}\n", ""),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "8 bytes of float32 for the sizes [3]"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "8 bytes of float32"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "its header is no dictionary"),
    ("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,), }", "its header is no dictionary"),
    ("{'descr': '<f4', 'shape': (2,), }", "its header is no dictionary"),
    (
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
      "its header is no dictionary"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", "its header is no dictionary"),
    ("{'descr': '<f4", "its header is no dictionary"), ("", "its header is no dictionary"),
  ]

  @Test(arguments: headers) func headersAreUnderstoodOrNamed(_ header: String, _ reason: String) throws {
    let start = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    let elements: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "header.npy")
      try Data(start + header.utf8 + elements).write(to: url)
      if reason.isEmpty {
        #expect(try NumPyFile(contentsOf: url).tensor("header").array() == [1, 2])
      } else {
        let error = try #require(throws: CheckpointError.self) {
          try NumPyFile(contentsOf: url).tensor("header")
        }
        #expect(error.description.contains(reason), "\(error)")
      }
    }
  }
}
